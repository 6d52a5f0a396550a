/**
 * JSON with comments and trailing commas, as people write it by hand. Both are replaced by blanks of the same
 * length, so positions in error messages and in the text stay true. Pure.
 */
export function plainJson(text: string): string {
  const withoutComments = blank(
    text,
    /"(?:[^"\\\n]|\\.)*"|\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g,
    (match) => match[0] === '/',
  );
  return blank(withoutComments, /"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g, (match) => match === ',');
}

function blank(text: string, pattern: RegExp, applies: (match: string) => boolean): string {
  return text.replace(pattern, (match) => (applies(match) ? match.replace(/[^\n\r]/g, ' ') : match));
}

/** Throws SyntaxError like JSON.parse. A byte order mark is accepted. */
export function parseJsonc(text: string): unknown {
  return JSON.parse(plainJson(text.replace(/^\uFEFF/, ' ')));
}
