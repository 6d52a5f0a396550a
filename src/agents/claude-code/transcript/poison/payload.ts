/** Images and documents that the API cannot read, or not at that size. A text says what stood there. */
import { headBytes, type ImageSize, imageSize } from '../../../common/image-size.ts';
import { isRecord, type Json } from '../../../common/json.ts';
import { mapBlocks } from './content.ts';
import type { Poison } from './kind.ts';

/** The API's limits: longest side in pixels, alone and with more than `manyImages`; data in base64. */
const mostPixels = 8_000;
const mostPixelsOfMany = 2_000;
const mostBytes = 5 * 1024 * 1024;
export const manyImages = 20;

/** From here on the agent replaces them by itself, at the latest after one refusal. */
const cleanedSince = [2, 1, 197] as const;

type Judge = (data: string, size: ImageSize | null) => boolean;

const withoutImages = (isBad: Judge, why: string) => (record: Json) =>
  mapBlocks(record, (block) => {
    const data = block.type === 'image' ? dataOf(block) : null;
    return data !== null && isBad(data, sizeOf(data)) ? note(`Image removed: ${why}`) : block;
  });

const note = (text: string): Json => ({ type: 'text', text: `[${text}]` });

/** Null: it is a text, or not in the conversation itself. */
function dataOf(block: Json): string | null {
  const { source } = block;
  return isRecord(source) && source.type === 'base64' && typeof source.data === 'string' ? source.data : null;
}

const sizeOf = (data: string): ImageSize | null =>
  imageSize(Buffer.from(data.slice(0, (headBytes / 3) * 4), 'base64'));

const longestSide = (size: ImageSize | null): number => Math.max(size?.width ?? 0, size?.height ?? 0);

/** How many images the API counts in a record. */
export function imagesIn(record: Json): number {
  let count = 0;
  mapBlocks(record, (block) => {
    if (block.type === 'image') count += 1;
    return block;
  });
  return count;
}

export const badImage: Poison = {
  kind: 'bad image',
  words: {
    one: 'one record holds an image that is none',
    many: '# records hold images that are none',
    done: 'a note stands in its place',
  },
  cleanedSince,
  is: 'always',
  clean: withoutImages((_data, size) => size === null, 'it was no PNG, JPEG, GIF or WebP'),
};

export const largeImage: Poison = {
  kind: 'large image',
  words: {
    one: 'one record holds an image that is too large for the API',
    many: '# records hold images that are too large for the API',
    done: 'a note stands in its place',
  },
  cleanedSince,
  is: 'shrinks',
  clean: withoutImages(
    (data, size) => data.length > mostBytes || longestSide(size) > mostPixels,
    'it was too large',
  ),
};

/** Poison only where the request holds more than `manyImages`. */
export const oneOfManyImages: Poison = {
  kind: 'many images',
  words: {
    one: 'one record holds an image that is too large for a conversation with many',
    many: '# records hold images that are too large for a conversation with many',
    done: 'a note stands in its place',
  },
  cleanedSince,
  is: 'shrinks',
  clean: withoutImages(
    (_data, size) => longestSide(size) > mostPixelsOfMany,
    'it was too large for a conversation with many images',
  ),
};

/** The mark may stand some way behind the beginning. */
const headOfDocument = 2_048;

export const badDocument: Poison = {
  kind: 'bad document',
  words: {
    one: 'one record holds a PDF that is none',
    many: '# records hold PDFs that are none',
    done: 'a note stands in its place',
  },
  cleanedSince,
  is: 'always',
  clean: (record) =>
    mapBlocks(record, (block) => {
      const data = block.type === 'document' ? dataOf(block) : null;
      if (data === null || Buffer.from(data.slice(0, headOfDocument), 'base64').includes('%PDF-'))
        return block;
      return note('Document removed: it was no PDF');
    }),
};
