/**
 * Splits the person's bytes into tokens, and leaves out what an agent must not get: the end of a sequence or paste
 * whose beginning it did not get, and reports of the terminal that it has not asked for. The caller supplies the time.
 */
import type { Millis } from '../events.ts';
import { keyOf } from './vt/keys.ts';
import { createTokenizer, type Token } from './vt/tokens.ts';

export interface Keystrokes {
  /**
   * @param reports the agent also gets the terminal's reports; otherwise an open sequence is kept until it has ended
   * @param at when the chunk came, milliseconds of a monotonic clock
   */
  take(chunk: Buffer, reports: boolean, at: Millis): Typed;
  /** Ends what has waited too long: an ESC with nothing after it is a key. */
  expire(at: Millis): Typed;
  /** When `expire` must be called, unless more bytes come. Null: nothing waits. */
  readonly dueAt: Millis | null;
  /** Hands out what is kept because its rest has not come. From now on, everything is for the agent. */
  release(): Buffer;
  /** The open sequence or paste has lost its beginning, so its rest, which would be read as keys, is dropped. */
  swallowRest(): void;
  /** The next byte belongs to a sequence or a paste that has begun. */
  readonly isOpen: boolean;
}

export interface Typed {
  readonly tokens: readonly Token[];
  readonly forAgent: Buffer;
}

const nothing = Buffer.alloc(0);

export function createKeystrokes(): Keystrokes {
  const tokenizer = createTokenizer();
  let isSwallowing = false;
  /** The beginning of the open sequence, if the agent has not got it. */
  let kept: Buffer = nothing;

  /** @param from where in the bytes the first token begins; below 0: before them */
  function forAgent(bytes: Buffer, from: number, tokens: readonly Token[], reports: boolean): Buffer {
    if (isSwallowing) return withoutRest(bytes, from, tokens);
    if (reports) return bytes;
    const end = bytes.length - tokenizer.heldBytes;
    kept = Buffer.from(bytes.subarray(Math.max(0, end)));
    return withoutReports(bytes.subarray(0, Math.max(0, end)), from, tokens);
  }
  function withoutRest(bytes: Buffer, from: number, tokens: readonly Token[]): Buffer {
    const last = tokens.findIndex(({ type }) => type !== 'paste');
    if (last < 0) return nothing;
    isSwallowing = false;
    return bytes.subarray(tokens.slice(0, last + 1).reduce((sum, { length }) => sum + length, from));
  }

  return {
    take(chunk, reports, at) {
      const { heldBytes } = tokenizer;
      const tokens = tokenizer.read(chunk, at);
      const bytes = kept.length > 0 ? Buffer.concat([kept, chunk]) : chunk;
      const from = bytes.length - chunk.length - heldBytes;
      kept = nothing;
      return { tokens, forAgent: forAgent(bytes, from, tokens, reports) };
    },
    expire(at) {
      const { heldBytes } = tokenizer;
      const tokens = tokenizer.expire(at);
      isSwallowing &&= tokenizer.isOpen;
      if (kept.length === 0 || tokens.length === 0) return { tokens, forAgent: nothing };
      const bytes = kept;
      kept = nothing;
      return { tokens, forAgent: withoutReports(bytes, bytes.length - heldBytes, tokens) };
    },
    get dueAt() {
      return tokenizer.dueAt;
    },
    release() {
      const bytes = kept;
      kept = nothing;
      return bytes;
    },
    swallowRest() {
      isSwallowing = tokenizer.isOpen;
      kept = nothing;
    },
    get isOpen() {
      return tokenizer.isOpen;
    },
  };
}

/** @param from where in the bytes the first token begins; below 0: before them */
function withoutReports(bytes: Buffer, from: number, tokens: readonly Token[]): Buffer {
  const pieces: Buffer[] = [];
  let at = from;
  for (const token of tokens) {
    const next = at + token.length;
    if (keyOf(token) !== 'report') pieces.push(bytes.subarray(Math.max(0, at), Math.max(0, next)));
    at = next;
  }
  return Buffer.concat(pieces);
}
