import { createRequire } from 'node:module';
import type { ParseError } from 'jsonc-parser';

/**
 * JSON with comments and trailing commas, as people write it by hand; a byte order mark is accepted. The parser is
 * loaded only for what is not plain JSON, so that a start does not wait for it.
 *
 * Throws SyntaxError like JSON.parse.
 */
export function parseJsonc(text: string): unknown {
  const bare = text.replace(/^\uFEFF/, ' ');
  try {
    return JSON.parse(bare);
  } catch {
    // comments, or a mistake
  }
  const { parse, printParseErrorCode } = jsoncParser();
  const errors: ParseError[] = [];
  const value: unknown = parse(bare, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) throw new SyntaxError(`${printParseErrorCode(first.error)} at position ${first.offset}`);
  return value;
}

export const jsoncParser = (): typeof import('jsonc-parser') =>
  createRequire(import.meta.url)('jsonc-parser');
