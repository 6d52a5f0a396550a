/**
 * What the API's own JSON parser refuses in the raw body, before anything in it is understood: a NUL truncates the
 * text, and half a surrogate pair is not a character. `JSON.parse` accepts both, so the bytes themselves are checked.
 */

const refusal = (what: string, place: number) =>
  `The request body is not valid JSON: ${what}: line 1 column ${place + 1} (char ${place})`;

/** @returns the message of the 400; null: all characters are valid */
export function rawBodyError(body: Buffer): string | null {
  const text = body.toString('latin1');
  let high: number | null = null; // place of a first half that waits for its second
  const halfAt = (place: number) => refusal('no low surrogate in string', place);
  for (const { 0: written, 1: digits, index } of text.matchAll(/\\(?:u([0-9a-fA-F]{4})|.)/gs)) {
    if (high !== null && index !== high + written.length) return halfAt(high);
    const unit = digits === undefined ? null : Number.parseInt(digits, 16);
    if (unit === 0) return refusal('unexpected end of data', index);
    const isHigh = unit !== null && unit >= 0xd800 && unit < 0xdc00;
    const isLow = unit !== null && unit >= 0xdc00 && unit < 0xe000;
    if (isLow !== (high !== null)) return halfAt(high ?? index);
    high = isHigh ? index : null;
  }
  if (high !== null) return halfAt(high);
  // The same without an escape, in the bytes that UTF-8 would have for it.
  const bytes = text.search(/\xed[\xa0-\xbf]/);
  return bytes >= 0 ? halfAt(bytes) : null;
}
