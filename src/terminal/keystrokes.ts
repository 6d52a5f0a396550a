/**
 * The person's bytes as tokens, in real time: an ESC that nothing follows is told once its time is over. Also knows
 * what of the bytes an agent must not get: the end of something whose beginning it never got, and what the terminal
 * reports to one that has asked nothing.
 */
import { performance } from 'node:perf_hooks';
import { keyOf } from './vt/keys.ts';
import { createTokenizer, type Token } from './vt/tokens.ts';

export interface Keystrokes {
  /**
   * Returns the part of the chunk that is for the agent.
   * @param reports the terminal's reports are for it, too; else what has begun is kept until it is known what it is
   */
  take(chunk: Buffer, reports: boolean): Buffer;
  /** What was kept so far for want of its rest: from now on everything is for the agent. */
  release(): Buffer;
  /** What is open now has lost its beginning, and its rest is for nobody: it would be read as keys. */
  swallowRest(): void;
  /** The next byte belongs to a sequence or a paste that has begun. */
  readonly isOpen: boolean;
}

const nothing = Buffer.alloc(0);

/**
 * @param told called with the tokens of each chunk, and with those that only time has told
 * @param late called with bytes for the agent that were kept, once time has told that they are keys
 */
export function createKeystrokes(
  told: (tokens: readonly Token[]) => void,
  late: (bytes: Buffer) => void = () => {},
): Keystrokes {
  const tokenizer = createTokenizer();
  let isSwallowing = false;
  /** The beginning of what is open, as far as the agent has not got it. */
  let kept: Buffer = nothing;
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
    const { heldBytes } = tokenizer;
    const tokens = tokenizer.expire(performance.now());
    tell(tokens);
    isSwallowing &&= tokenizer.isOpen;
    if (kept.length === 0 || tokens.length === 0) return;
    const bytes = kept;
    kept = nothing;
    late(withoutReports(bytes, bytes.length - heldBytes, tokens));
  }
  function withoutRest(bytes: Buffer, from: number, tokens: readonly Token[]): Buffer {
    const last = tokens.findIndex(({ type }) => type !== 'paste');
    if (last < 0) return nothing;
    isSwallowing = false;
    return bytes.subarray(tokens.slice(0, last + 1).reduce((sum, { length }) => sum + length, from));
  }

  return {
    take(chunk, reports) {
      const { heldBytes } = tokenizer;
      const tokens = tokenizer.read(chunk, performance.now());
      tell(tokens);
      const bytes = kept.length > 0 ? Buffer.concat([kept, chunk]) : chunk;
      const from = bytes.length - chunk.length - heldBytes;
      kept = nothing;
      if (isSwallowing) return withoutRest(bytes, from, tokens);
      if (reports) return bytes;
      const end = bytes.length - tokenizer.heldBytes;
      kept = Buffer.from(bytes.subarray(Math.max(0, end)));
      return withoutReports(bytes.subarray(0, Math.max(0, end)), from, tokens);
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
