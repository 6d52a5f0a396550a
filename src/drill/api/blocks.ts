/**
 * What the Messages API requires of each content block on its own, in the API's own wording. `pairing.ts` has what it
 * requires of the conversation as a whole.
 */
import { headBytes, imageSize } from '../../agents/common/image-size.ts';
import type { Block, Body } from './request.ts';

/** A block with its path in the request, which error messages name. */
interface Placed {
  readonly path: string;
  readonly block: Block;
}

/** Images are limited to `manyImagesPixels` if a request has more than this many. */
const manyImages = 20;
const manyImagesPixels = 2_000;
const maxPixels = 8_000;
/** Size of the data as sent, in base64. */
const maxImageBytes = 5 * 1024 * 1024;
const maxToolNameLength = 200;

/** @returns the message of the 400; null: all blocks are fine */
export function blockError(body: Body | null): string | null {
  const placed = (body?.messages ?? []).flatMap(({ content }, index) =>
    placedIn(content, `messages.${index}`),
  );
  const images = placed.filter(({ block }) => block.type === 'image').length;
  for (const one of placed) {
    const error = errorOf(one, images);
    if (error !== null) return error;
  }
  const { previous_message_id: previous } = (body?.diagnostics ?? {}) as Record<string, unknown>;
  if (previous !== undefined && previous !== null && !String(previous).startsWith('msg_'))
    return 'diagnostics.previous_message_id: must be the `id` from a prior /v1/messages response (starts with `msg_`)';
  return null;
}

function placedIn(content: unknown, path: string): readonly Placed[] {
  if (typeof content === 'string') return [{ path, block: { type: 'text', text: content } }];
  if (!Array.isArray(content)) return [];
  return (content as readonly Block[]).flatMap((block, index) => {
    const own = { path: `${path}.content.${index}`, block };
    // If a result's content is a plain text, it may be empty.
    const inside = block.type === 'tool_result' && typeof block.content !== 'string' ? block.content : [];
    return [own, ...placedIn(inside, `${own.path}.tool_result`)];
  });
}

function errorOf({ path, block }: Placed, images: number): string | null {
  switch (block.type) {
    case 'text':
      if (block.text === '')
        return block.cache_control === undefined
          ? 'messages: text content blocks must be non-empty'
          : `${path}.text: cache_control cannot be set for empty text blocks`;
      return String(block.text).trim() === ''
        ? 'messages: text content blocks must contain non-whitespace text'
        : null;
    case 'thinking':
      return block.thinking === '' ? `${path}.thinking: each thinking block must contain thinking` : null;
    case 'tool_use':
      if (String(block.name).length > maxToolNameLength)
        return `${path}.tool_use.name: String should have at most ${maxToolNameLength} characters`;
      return typeof block.input === 'object' && block.input !== null && !Array.isArray(block.input)
        ? null
        : `${path}.tool_use.input: Input should be a valid dictionary`;
    case 'image':
      return imageError(path, dataOf(block), images);
    case 'document': {
      const data = dataOf(block);
      const isPdf = data === null || Buffer.from(data.slice(0, 2_048), 'base64').includes('%PDF-');
      return isPdf ? null : `${path}.pdf.source.base64.data: The PDF specified was not valid.`;
    }
    default:
      return null;
  }
}

function imageError(path: string, data: string | null, images: number): string | null {
  if (data === null) return null;
  const size = imageSize(Buffer.from(data.slice(0, (headBytes / 3) * 4), 'base64'));
  if (size === null) return 'Could not process image';
  if (data.length > maxImageBytes)
    return `${path}.image.source.base64: image exceeds 5 MB maximum: ${data.length} bytes > ${maxImageBytes} bytes`;
  const side = Math.max(size.width, size.height);
  const tooLarge = `${path}.image.source.base64.data: At least one of the image dimensions exceed max allowed size`;
  if (side > maxPixels) return `${tooLarge}: ${maxPixels} pixels`;
  return images > manyImages && side > manyImagesPixels
    ? `${tooLarge} for many-image requests: ${manyImagesPixels} pixels`
    : null;
}

/** The data of an image or a PDF in the request itself; null: the source is a text, or outside the request. */
function dataOf(block: Block): string | null {
  const source = (block.source ?? {}) as Record<string, unknown>;
  return source.type === 'base64' ? String(source.data) : null;
}
