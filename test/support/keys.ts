/** What a person's terminal sends, as the tokens that the guard's parts get: one list for each read. */
import { createTokenizer, restMs, type Token } from '../../src/terminal/vt/tokens.ts';

const bytesOf = (chunk: string | Uint8Array) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk);

/** The reads come at once, and nothing soon after them: a paste may stay open. */
export function reads(...chunks: readonly (string | Uint8Array)[]): readonly (readonly Token[])[] {
  const tokenizer = createTokenizer();
  const read = chunks.map((chunk) => tokenizer.read(bytesOf(chunk), 0));
  return [...read, tokenizer.expire(restMs)];
}

export const tokensOf = (...chunks: readonly (string | Uint8Array)[]): readonly Token[] =>
  reads(...chunks).flat();

/** Each key in a read of its own, as a person types. */
export const typedOneByOne = (text: string): readonly (readonly Token[])[] =>
  [...text].flatMap((character) => reads(character));
