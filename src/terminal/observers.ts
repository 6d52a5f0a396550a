/**
 * Observers only look at what passes between the person and the agent, and get it a few milliseconds after it has been
 * passed on. The two streams keep their relative order: when an agent undoes its modes, it matters whether Ctrl+Z came
 * before. While an agent draws all the time, its output is gathered for longer, because to wake up costs the guard more
 * than to look. Whoever needs it sooner asks for it (`pull`).
 */
import { performance } from 'node:perf_hooks';
import { createEarly } from './early.ts';
import { createGathered } from './gathered.ts';
import type { Sequence } from './vt/sequences.ts';
import type { Token } from './vt/tokens.ts';

/** Output as it arrived, with the sequences that end in it. */
interface Written {
  readonly chunk: Buffer;
  readonly sequences: readonly Sequence[];
}

/** A piece of one of the two streams: what the agent has written, or the person's keys as tokens. */
type Passed =
  | ({ readonly from: 'agent' } & Written)
  | { readonly from: 'person'; readonly tokens: readonly Token[] };

/** The chunk is the observer's only until it returns; `sequences` are those that end in it. */
export type OutputObserver = (chunk: Buffer, sequences: readonly Sequence[]) => void;
/** Null: some keys were not followed. */
export type KeyObserver = (tokens: readonly Token[] | null) => void;
export type SequenceListener = (sequence: Sequence) => void;

export interface Observers {
  /** This output has just been passed on. */
  written(chunk: Buffer, sequences: readonly Sequence[]): void;
  /** These keys have just been passed on, or are kept. */
  typed(tokens: readonly Token[]): void;
  /** The first one also gets the output from before (256 KiB). */
  observe(observer: OutputObserver): void;
  /** The first one also gets the keys from before. */
  observeKeys(observer: KeyObserver): void;
  /**
   * The listener is called in the same turn in which a sequence was passed on, for what must be answered at once. It
   * must be cheap. It gets earlier sequences immediately.
   */
  listen(listener: SequenceListener): void;
  /** Delivers now what the observers have not got yet. */
  settle(): void;
  /** The same for output alone. While keys wait, too, it does nothing: they are delivered in milliseconds, in order. */
  pull(): void;
}

/** Long enough for the echo of a key to be passed on before the observers take up time. */
const observeMs = 5;
/** Between deliveries of output that nobody waits for: text and movements of the cursor. */
const gatherMs = 100;
/** Observers are loaded while the agent boots. Output and keys until then are kept for them. */
const maxEarlyBytes = 262_144;

/** Gets each delivery before the other observers do. */
export interface FirstObserver {
  wrote(sequences: readonly Sequence[]): void;
  typed(tokens: readonly Token[]): void;
}

export function createObservers(first: FirstObserver): Observers {
  let pieces: Passed[] = [];
  /** Output that no observer has got yet. Output without a key in between is one piece. */
  const gathered = createGathered();
  let timer: NodeJS.Timeout | undefined;
  let dueAt = 0;
  let settledAt = 0;
  const outputObservers: OutputObserver[] = [];
  const keyObservers: KeyObserver[] = [];
  const listeners: SequenceListener[] = [];
  const early = createEarly<Written>(maxEarlyBytes);
  const earlyKeys = createEarly<readonly Token[]>(maxEarlyBytes);

  /** Schedules a delivery, unless one is due earlier. */
  function later(isAwaited: boolean): void {
    const now = performance.now();
    const wanted = isAwaited ? now + observeMs : Math.max(now + observeMs, settledAt + gatherMs);
    if (timer !== undefined && dueAt <= wanted) return;
    clearTimeout(timer);
    dueAt = wanted;
    timer = setTimeout(settle, wanted - now);
  }

  function settle(): void {
    clearTimeout(timer);
    timer = undefined;
    if (pieces.length === 0) return;
    settledAt = performance.now();
    const seen = pieces;
    pieces = [];
    gathered.clear();
    for (const piece of seen) {
      if (piece.from === 'agent') first.wrote(piece.sequences);
      else first.typed(piece.tokens);
    }
    for (const piece of seen) {
      if (piece.from === 'agent') {
        const { chunk, sequences } = piece;
        for (const observer of outputObservers) observer(chunk, sequences);
        if (outputObservers.length === 0) early.keep({ chunk: Buffer.from(chunk), sequences }, chunk.length);
      } else {
        for (const observer of keyObservers) observer(piece.tokens);
        earlyKeys.keep(
          piece.tokens,
          piece.tokens.reduce((sum, { length }) => sum + length, 0),
        );
      }
    }
  }

  return {
    written(chunk, sequences) {
      for (const sequence of sequences) for (const listener of listeners) listener(sequence);
      if (!gathered.hasRoom(chunk.length)) settle();
      const last = pieces.at(-1);
      if (last?.from === 'agent') {
        const together = sequences.length === 0 ? last.sequences : [...last.sequences, ...sequences];
        pieces[pieces.length - 1] = { from: 'agent', chunk: gathered.add(chunk, true), sequences: together };
      } else pieces.push({ from: 'agent', chunk: gathered.add(chunk, false), sequences });
      later(sequences.some(({ type }) => type === 'osc')); // a title, or the program's status
    },
    typed(tokens) {
      pieces.push({ from: 'person', tokens });
      later(true);
    },
    observe(observer) {
      settle();
      for (const { chunk, sequences } of early.take().pieces) observer(chunk, sequences);
      outputObservers.push(observer);
    },
    observeKeys(observer) {
      settle();
      const { pieces: before, gap } = earlyKeys.take();
      for (const tokens of gap ? [...before, null] : before) observer(tokens);
      keyObservers.push(observer);
    },
    listen(listener) {
      const before = [...early.pieces(), ...pieces.filter((piece) => piece.from === 'agent')];
      for (const { sequences } of before) for (const sequence of sequences) listener(sequence);
      listeners.push(listener);
    },
    settle,
    pull() {
      if (pieces.every(({ from }) => from === 'agent')) settle();
    },
  };
}
