/**
 * Splits the person's bytes into tokens, and finds the bytes of each. What an agent must not get is left out: the end
 * of a sequence or paste whose beginning it did not get. The caller supplies the time.
 */
import type { Millis } from '../events.ts';
import { keyOf } from './vt/keys.ts';
import { createTokenizer, type Token } from './vt/tokens.ts';

export interface Keystrokes {
  /**
   * The agent gets all bytes now, as they came.
   * @param at when the chunk came, milliseconds of a monotonic clock
   */
  pass(chunk: Buffer, at: Millis): { readonly tokens: readonly Token[]; readonly bytes: Buffer };
  /** Each token may go a way of its own. An open sequence is kept until it has ended. */
  split(chunk: Buffer, at: Millis): readonly Keystroke[];
  /** Ends what has waited too long: an ESC with nothing after it is a key. */
  expire(at: Millis): readonly Keystroke[];
  /** When `expire` must be called, unless more bytes come. Null: nothing waits. */
  readonly dueAt: Millis | null;
  /** Hands out what is kept because its rest has not come. */
  release(): Buffer;
  /** The open sequence or paste has lost its beginning, so its rest, which would be read as keys, is dropped. */
  swallowRest(): void;
  /** The next byte belongs to a sequence or a paste that has begun. */
  readonly isOpen: boolean;
  /** Nothing is kept or dropped, so an agent that gets reports gets the next chunk as it is. */
  readonly isWhole: boolean;
}

export interface Keystroke {
  readonly token: Token;
  /** Those of its bytes that have not been passed. Empty: the agent must not get them. */
  readonly bytes: Buffer;
  /** They are the rest of a token whose beginning has been passed. */
  readonly isRest: boolean;
  /** Its beginning came in an earlier read than its end. */
  readonly isSplit: boolean;
}

/** Where this comes from: the person's keyboard, the mouse, or the terminal itself. */
export function sourceOf(token: Token): 'keyboard' | 'mouse' | 'terminal' {
  if (token.type === 'string') return 'terminal';
  if (token.type === 'mouse') return 'mouse';
  if (token.type !== 'csi' || keyOf(token) !== 'report') return 'keyboard';
  const { parameters, final } = token;
  if (parameters.startsWith('<')) return 'mouse';
  const isKey = (final === 'u' || final === '~') && !/^[=>?]/.test(parameters); // released, or the end of a paste
  return isKey ? 'keyboard' : 'terminal';
}

const nothing = Buffer.alloc(0);

export function createKeystrokes(): Keystrokes {
  const tokenizer = createTokenizer();
  let isSwallowing = false;
  /** The beginning of the open sequence, if it has not been passed. */
  let kept: Buffer = nothing;

  /**
   * @param from where in the bytes the first token begins; below 0: its beginning has been passed
   * @param newFrom where those begin that have just come
   */
  function keystrokes(tokens: readonly Token[], bytes: Buffer, from: number, newFrom: number) {
    let at = from;
    const all = tokens.map((token) => {
      const begin = at;
      at += token.length;
      const own = bytes.subarray(Math.max(0, begin), Math.max(0, at));
      return { token, bytes: own, isRest: begin < 0, isSplit: begin < newFrom };
    });
    // A copy: it must not hold on to the whole of what was read.
    kept = tokenizer.heldBytes > 0 ? Buffer.from(bytes.subarray(Math.max(0, at))) : nothing;
    return isSwallowing ? swallowed(all) : all;
  }
  function swallowed(all: readonly Keystroke[]): readonly Keystroke[] {
    const last = endOfSwallowing(all.map(({ token }) => token));
    if (isSwallowing) kept = nothing;
    return all.map((one, index) => (index <= last ? { ...one, bytes: nothing } : one));
  }
  /** Index of the last token that is swallowed. */
  function endOfSwallowing(tokens: readonly Token[]): number {
    const last = tokens.findIndex(({ type }) => type !== 'paste');
    isSwallowing = last < 0;
    return isSwallowing ? tokens.length - 1 : last;
  }

  return {
    pass(chunk, at) {
      const { heldBytes } = tokenizer;
      const tokens = tokenizer.read(chunk, at);
      const bytes = kept.length > 0 ? Buffer.concat([kept, chunk]) : chunk;
      const from = bytes.length - chunk.length - heldBytes;
      kept = nothing;
      if (!isSwallowing) return { tokens, bytes };
      const last = endOfSwallowing(tokens);
      if (isSwallowing) return { tokens, bytes: nothing };
      const end = tokens.slice(0, last + 1).reduce((sum, { length }) => sum + length, from);
      return { tokens, bytes: bytes.subarray(end) };
    },
    split(chunk, at) {
      const { heldBytes } = tokenizer;
      const tokens = tokenizer.read(chunk, at);
      const bytes = kept.length > 0 ? Buffer.concat([kept, chunk]) : chunk;
      const newFrom = bytes.length - chunk.length;
      return keystrokes(tokens, bytes, newFrom - heldBytes, newFrom);
    },
    expire(at) {
      const { heldBytes } = tokenizer;
      const tokens = tokenizer.expire(at);
      if (tokens.length === 0) return [];
      return keystrokes(tokens, kept, kept.length - heldBytes, kept.length);
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
    get isWhole() {
      return !isSwallowing && kept.length === 0;
    },
  };
}
