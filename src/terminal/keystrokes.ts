/**
 * The person's bytes as tokens, in real time: an ESC that nothing follows is told once its time is over. Also knows
 * what of the bytes an agent must not get: the end of something whose beginning it never got.
 */
import { performance } from 'node:perf_hooks';
import { createTokenizer, type Token } from './vt/tokens.ts';

export interface Keystrokes {
  /** Returns the part of the chunk that is for the agent. */
  take(chunk: Buffer): Buffer;
  /** What is open now has lost its beginning, and its rest is for nobody: it would be read as keys. */
  swallowRest(): void;
  /** The next byte belongs to a sequence or a paste that has begun. */
  readonly isOpen: boolean;
}

/** @param told called with the tokens of each chunk, and with those that only time has told */
export function createKeystrokes(told: (tokens: readonly Token[]) => void): Keystrokes {
  const tokenizer = createTokenizer();
  let isSwallowing = false;
  let timer: NodeJS.Timeout | undefined;

  function tell(tokens: readonly Token[]): void {
    if (tokens.length > 0) told(tokens);
    clearTimeout(timer);
    const { dueAt } = tokenizer;
    // What waits in the terminal already is read before time is up: a busy guard makes no key of half a sequence.
    if (dueAt !== null)
      timer = setTimeout(() => setImmediate(expire), Math.max(1, dueAt - performance.now()));
  }
  function expire(): void {
    tell(tokenizer.expire(performance.now()));
    isSwallowing &&= tokenizer.isOpen;
  }
  function withoutRest(chunk: Buffer, heldBefore: number, tokens: readonly Token[]): Buffer {
    const last = tokens.findIndex(({ type }) => type !== 'paste');
    if (last < 0) return chunk.subarray(chunk.length);
    isSwallowing = false;
    return chunk.subarray(tokens.slice(0, last + 1).reduce((sum, { length }) => sum + length, -heldBefore));
  }

  return {
    take(chunk) {
      const { heldBytes } = tokenizer;
      const tokens = tokenizer.read(chunk, performance.now());
      tell(tokens);
      return isSwallowing ? withoutRest(chunk, heldBytes, tokens) : chunk;
    },
    swallowRest() {
      isSwallowing = tokenizer.isOpen;
    },
    get isOpen() {
      return tokenizer.isOpen;
    },
  };
}
