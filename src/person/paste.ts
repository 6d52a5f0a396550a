/**
 * Assembles the text of a paste from its pieces. A character may be split between pieces. Terminals send line breaks as
 * carriage returns; they become line feeds. Pure.
 */
import type { Token } from '../terminal/vt/tokens.ts';

export interface PasteText {
  /** The text of the next piece. */
  read(bytes: Uint8Array): string;
}

export function createPasteText(): PasteText {
  const decoder = new TextDecoder();
  /** The latest piece ended in a carriage return, so a line feed now is not a second line break. */
  let afterReturn = false;
  return {
    read(bytes) {
      const decoded = decoder.decode(bytes, { stream: true });
      if (decoded === '') return '';
      const text = afterReturn && decoded.startsWith('\n') ? decoded.slice(1) : decoded;
      afterReturn = decoded.endsWith('\r');
      return text.replace(/\r\n?/g, '\n');
    },
  };
}

/** No character takes more. */
const characterBytes = 4;

/** Whether a person has pressed this key: what a line has held up comes in more than one piece, or in a long one. */
export const isPressed = ([token, ...more]: readonly Token[]): boolean =>
  token !== undefined &&
  more.length === 0 &&
  !token.type.startsWith('paste') &&
  (token.type !== 'text' || token.length <= characterBytes);
