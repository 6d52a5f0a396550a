/** Images and documents that the API cannot read, or that are too large for it. A text says what was removed. */
import { headBytes, type ImageSize, imageSize } from '../../../../common/image-size.ts';
import { isRecord, type Json } from '../../../../common/json.ts';
import { inBlocks } from './content.ts';
import type { BlockPoison } from './kind.ts';

/** The API's limits: longest side in pixels, for few images and for more than `manyImages`; data in base64. */
const maxPixels = 8_000;
const maxPixelsOfMany = 2_000;
const maxBytes = 5 * 1024 * 1024;
export const manyImages = 20;

/** Since this version, the agent replaces them by itself, at the latest after one refusal. */
const cleanedSince = [2, 1, 197] as const;

type Judge = (data: string, size: ImageSize | null) => boolean;

const withoutImages = (isBad: Judge, why: string) =>
  inBlocks('image', (block) => {
    const data = dataOf(block);
    return data !== null && isBad(data, sizeOf(data)) ? note(`Image removed: ${why}`) : block;
  });

const note = (text: string): Json => ({ type: 'text', text: `[${text}]` });

/** Null: the source is a text, or outside the conversation. */
function dataOf(block: Json): string | null {
  const { source } = block;
  return isRecord(source) && source.type === 'base64' && typeof source.data === 'string' ? source.data : null;
}

const sizeOf = (data: string): ImageSize | null =>
  imageSize(Buffer.from(data.slice(0, (headBytes / 3) * 4), 'base64'));

const maxSidePixels = (size: ImageSize | null): number => Math.max(size?.width ?? 0, size?.height ?? 0);

export const badImage: BlockPoison = {
  kind: 'bad image',
  words: {
    one: 'one record holds an invalid image',
    many: '# records hold invalid images',
    done: 'replaced by a note',
  },
  cleanedSince,
  is: 'always',
  ...withoutImages((_data, size) => size === null, 'it was not a PNG, JPEG, GIF or WebP'),
};

export const largeImage: BlockPoison = {
  kind: 'large image',
  words: {
    one: 'one record holds an image that is too large for the API',
    many: '# records hold images that are too large for the API',
    done: 'replaced by a note',
  },
  cleanedSince,
  is: 'shrinks',
  ...withoutImages(
    (data, size) => data.length > maxBytes || maxSidePixels(size) > maxPixels,
    'it was too large',
  ),
};

/** Poison only if the request holds more than `manyImages`. */
export const oneOfManyImages: BlockPoison = {
  kind: 'many images',
  words: {
    one: 'one record holds an image that is too large for a conversation with many',
    many: '# records hold images that are too large for a conversation with many',
    done: 'replaced by a note',
  },
  cleanedSince,
  is: 'shrinks',
  ...withoutImages(
    (_data, size) => maxSidePixels(size) > maxPixelsOfMany,
    'it was too large for a conversation with many images',
  ),
};

/** The `%PDF-` mark need not be at the very beginning. */
const headOfDocument = 2_048;

export const badDocument: BlockPoison = {
  kind: 'bad document',
  words: {
    one: 'one record holds an invalid PDF',
    many: '# records hold invalid PDFs',
    done: 'replaced by a note',
  },
  cleanedSince,
  is: 'always',
  ...inBlocks('document', (block) => {
    const data = dataOf(block);
    if (data === null || Buffer.from(data.slice(0, headOfDocument), 'base64').includes('%PDF-')) return block;
    return note('Document removed: it was not a PDF');
  }),
};
