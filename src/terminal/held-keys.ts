/**
 * The keys that are held for an agent, in order, and how they are given to it afterwards: in as few writes as it can
 * take without reading something else than what was typed.
 */
import type { Millis } from '../events.ts';
import type { Keystroke } from './keystrokes.ts';
import { keyOf } from './vt/keys.ts';
import { endsInTime, type Token } from './vt/tokens.ts';

export interface HeldKeys {
  /** What came in one read. What had begun in an earlier read was typed before the others. */
  add(strokes: readonly Keystroke[]): void;
  readonly bytes: number;
  readonly isEmpty: boolean;
  /** From now on they are given. */
  begin(): void;
  /**
   * Takes what may be written at once, if there is anything.
   * @param splits the agent takes all that comes in one read key by key
   */
  next(splits: boolean): Taken;
  /** Takes all. */
  take(): Buffer;
  /** Drops all but the keys for which this holds. @returns those that are dropped */
  keepOnly(wanted: (token: Token) => boolean): readonly Token[];
  /**
   * How long the agent gets until the next write, even if that is yet to be typed, so that it reads what came before by
   * itself. Null: nothing has to wait.
   */
  pauseMs(splits: boolean): Millis | null;
}

export interface Taken {
  readonly bytes: Buffer;
  readonly tokens: readonly Token[];
}

/**
 * An agent takes text and Enter that arrive together for a paste, and does not submit; old versions take any key that
 * comes with others for text. ESC and what arrives with it are Alt and a key for all of them; for the rest of a
 * sequence, they wait 50 ms. After this pause the agent has read what came before.
 */
export const betweenBurstsMs = 150;
/**
 * The more there is to give, the shorter are the pauses: the keyboard must not seem dead. Not so around Enter and Esc,
 * which would be other keys: only a run of Enters, or of Escs, has this time for itself.
 */
const allGivenMs = 1_000;
/** Somebody who keeps a key down sends one every 30 ms. */
const leastPauseMs = 25;
/**
 * An agent that does not split reads may take two Ctrl+D that it reads together for text. That stays in its box, unseen,
 * and in a box that is not empty Ctrl+D leaves nothing. 2.1.38 reads so seldom while a turn begins that 150 ms between the
 * two are too short; to leave, it wants both within 800 ms.
 */
const betweenExitsMs = 400;
/** So many Ctrl+D are kept apart: two of them leave, and more must not keep the keyboard waiting. */
const exitsApart = 3;

interface Piece {
  /**
   * `escape`: it ends in an ESC, or in the beginning of a sequence, which what follows would continue. `exit`: a Ctrl+D.
   */
  readonly kind: 'text' | 'paste' | 'key' | 'enter' | 'escape' | 'exit';
  readonly strokes: readonly Keystroke[];
  readonly bytes: Buffer;
}

function kindOf(strokes: readonly Keystroke[]): Piece['kind'] {
  const last = strokes.at(-1);
  if (last !== undefined && endsInTime(last.token)) return 'escape';
  const keys = strokes.map(({ token }) => keyOf(token));
  if (keys.includes('paste')) return 'paste';
  if (keys.includes('text')) return 'text';
  const [key] = keys;
  return keys.length === 1 && (key === 'enter' || key === 'exit') ? key : 'key';
}

const isExit = ({ token }: Keystroke): boolean => keyOf(token) === 'exit';

const pieceOf = (strokes: readonly Keystroke[]): Piece => ({
  kind: kindOf(strokes),
  strokes,
  bytes: Buffer.concat(strokes.map(({ bytes }) => bytes)),
});

/** It is another key if it is read with what comes before it or after it. */
const isAlone = (piece: Piece | undefined) => piece?.kind === 'enter' || piece?.kind === 'escape';

/** One of so many that share the time. */
const shareMs = (writes: number) => Math.max(leastPauseMs, Math.min(betweenBurstsMs, allGivenMs / writes));

const endsPaste = ({ strokes }: Piece) => strokes.at(-1)?.token.type === 'paste-end';

export function createHeldKeys(): HeldKeys {
  let pieces: Piece[] = [];
  let size = 0;
  /** The end of what was given last, unless the pause after it is over. */
  let last: Piece | undefined;
  /** Given since `begin`: writes, those of them at the end that are of one kind, and those of Ctrl+D. */
  let writes = 0;
  let run = 0;
  let exits = 0;

  function remove(count: number): Taken {
    const taken = pieces.splice(0, count);
    const bytes = Buffer.concat(taken.map((piece) => piece.bytes));
    size -= bytes.length;
    return { bytes, tokens: taken.flatMap(({ strokes }) => strokes.map(({ token }) => token)) };
  }

  /** Whether this piece may follow the one before it in the same write. */
  function follows(before: Piece, piece: Piece, splits: boolean): boolean {
    if (isAlone(before) || isAlone(piece)) return false;
    const isText = piece.kind === 'text' || piece.kind === 'paste';
    return splits || (isText && before.kind === piece.kind && !endsPaste(before));
  }
  /** Whether the next piece is kept away from the last one because one of them is Ctrl+D. */
  const isExitApart = (next: Piece | undefined, splits: boolean) =>
    !splits && (last?.kind === 'exit' ? exits <= exitsApart : next?.kind === 'exit' && exits < exitsApart);
  const begins = (splits: boolean) => (piece: Piece, index: number) => {
    const before = pieces[index - 1];
    return before !== undefined && !follows(before, piece, splits);
  };

  return {
    add(strokes) {
      let from = 0;
      let apart = pieces.filter(({ kind }) => kind === 'exit').length;
      for (const [at, stroke] of strokes.entries()) {
        const next = strokes[at + 1];
        const isApart = apart < exitsApart && (isExit(stroke) || (next !== undefined && isExit(next)));
        if (isExit(stroke)) apart++;
        if (next !== undefined && stroke.isSplit === next.isSplit && !isApart) continue;
        pieces.push(pieceOf(strokes.slice(from, at + 1)));
        from = at + 1;
      }
      size += strokes.reduce((sum, { bytes }) => sum + bytes.length, 0);
    },
    get bytes() {
      return size;
    },
    get isEmpty() {
      return pieces.length === 0;
    },
    begin() {
      last = undefined;
      writes = run = exits = 0;
    },
    next(splits) {
      const end = pieces.findIndex(begins(splits));
      const count = end < 0 ? pieces.length : end;
      const given = pieces[count - 1];
      if (given !== undefined) {
        run = given.kind === last?.kind ? run + 1 : 1;
        if (given.kind === 'exit') exits++;
        writes++;
      }
      last = given;
      return remove(count);
    },
    take: () => remove(pieces.length).bytes,
    keepOnly(wanted) {
      const all = pieces.flatMap(({ strokes }) => strokes);
      pieces = all.filter(({ token }) => wanted(token)).map((stroke) => pieceOf([stroke]));
      size = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
      return all.map(({ token }) => token).filter((token) => !wanted(token));
    },
    pauseMs(splits) {
      const [next] = pieces;
      if (isExitApart(next, splits)) return betweenExitsMs;
      if (next === undefined) return isAlone(last) ? betweenBurstsMs : null;
      if (!isAlone(last) && !isAlone(next)) return shareMs(writes + 1 + pieces.filter(begins(splits)).length);
      if (next.kind !== last?.kind) return betweenBurstsMs;
      const others = pieces.findIndex(({ kind }) => kind !== next.kind);
      return shareMs(run + (others < 0 ? pieces.length : others));
    },
  };
}
