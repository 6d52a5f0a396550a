/**
 * Assembles the text of a paste from its pieces. A character may be split between pieces. Terminals send line breaks as
 * carriage returns; they become line feeds. Pure.
 */
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
