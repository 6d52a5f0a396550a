/**
 * The text of a paste, as its pieces come: characters may be split over pieces, and line breaks, which terminals send
 * as carriage returns, are line feeds. Pure.
 */
export interface PasteText {
  /** The text of the next piece. */
  read(bytes: Uint8Array): string;
}

export function createPasteText(): PasteText {
  const decoder = new TextDecoder();
  /** What came so far ends in a carriage return, so a line feed after it is no second line break. */
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
