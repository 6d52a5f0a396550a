/**
 * The two streams between the person's terminal and the agent's. Bytes are handed on in the turn in which they
 * arrive; who only looks at them gets the same chunk a little later. Each side that does not keep up pauses the
 * other, so nothing is lost and memory stays bounded.
 */
import type { Observation } from '../events.ts';
import { createBoundary } from './boundary.ts';
import { createEarly } from './early.ts';
import { createGathered } from './gathered.ts';
import { createKeystrokes } from './keystrokes.ts';
import type { Output } from './output.ts';
import type { Pty } from './pty.ts';
import { type Key, keyOf } from './vt/keys.ts';
import type { Token } from './vt/tokens.ts';

/** A piece of one of the two streams: output as it came, keys as what they are. */
export type Passed =
  | { readonly from: 'agent'; readonly chunk: Buffer }
  | { readonly from: 'person'; readonly tokens: readonly Token[] };

/** The chunk is the observer's only until it returns. */
export type Observer = (chunk: Buffer) => void;
/** Null: keys have been passed on that nobody has followed. */
export type KeyObserver = (tokens: readonly Token[] | null) => void;

export interface Passthrough {
  /** From now on this agent has the terminal. */
  attach(pty: Pty): void;
  /** The agent has the terminal no more; the person's bytes are kept from now on. */
  detach(): void;
  readonly attached: Pty | null;
  /**
   * Bytes that the person typed while no agent had the terminal; they are handed out once. The rest of what has begun
   * with them, a paste or a sequence, is not for the next agent either: it would be read as keys.
   */
  takeKept(): Buffer;
  fromPerson(chunk: Buffer): void;
  /** While held, the person's bytes are kept although an agent is there; letting go hands them on, in order. */
  hold(held: boolean): void;
  readonly keptBytes: number;
  /** Ctrl+C or Ctrl+D has been pressed since the bytes are held. */
  readonly wantsOut: boolean;
  /** The person is in the middle of a paste or a sequence: nothing can be typed at the agent now. */
  readonly isMidKey: boolean;
  /** Writes this between two of the agent's characters or sequences, as soon as there is such a place. */
  inject(text: string): void;
  /** Output as it was passed on, later; the first one also gets what was passed on before (256 KiB). */
  observe(output: Observer): void;
  /** The person's keys as they were passed on or kept, later; the first one also gets what was before. */
  observeKeys(keys: KeyObserver): void;
  /** Output in the very turn in which it was passed on, for what an agent must be answered at once. Must be cheap. */
  listen(output: Observer): void;
  /** Delivers to the observers what they have not had yet. */
  settle(): void;
  outputDrained(): void;
}

/** The person's side of the terminal. */
export interface Person {
  pauseInput(paused: boolean): void;
  observe(observation: Observation): void;
  /** This output is about to be passed on. */
  passing(chunk: Buffer): void;
  /** What has been passed on, in the order in which it was, before any observer gets it. */
  passed(pieces: readonly Passed[]): void;
}

/** Observers wait so long that an echo to the same key is passed on before they take their time. */
const OBSERVE_MS = 5;
/** Observers are loaded while the agent boots: what it writes, and what is typed, until then is kept for them. */
const EARLY_BOUND_BYTES = 262_144;
/**
 * More than anybody pastes. While the keys are held, stdin is paused beyond this; while no agent is there, what comes
 * then is read and not kept, so that Ctrl+C is heard: the draft is all that comes of it.
 */
const KEPT_BOUND_BYTES = 16_777_216;

const outKeys: ReadonlySet<Key> = new Set<Key>(['interrupt', 'exit']);

export function createPassthrough(output: Output, person: Person): Passthrough {
  let pty: Pty | null = null;
  let boundary = createBoundary();
  let injected = '';
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let holding = false;
  let wantsOut = false;
  /** The agent does not read: its queue is full. */
  let isBacklogged = false;
  let isPaused = false;
  /** The agent that has the terminal follows another one and has not written a byte: it has asked the terminal nothing. */
  let isMute = false;
  let hadAgent = false;
  const keystrokes = createKeystrokes(
    (tokens) => {
      wantsOut ||= holding && tokens.some((token) => outKeys.has(keyOf(token)));
      pieces.push({ from: 'person', tokens });
      later();
    },
    (bytes) => pass(bytes),
  );
  let pieces: Passed[] = [];
  /** Output that no observer has had yet lies here, and what came in one go is one piece. */
  const gathered = createGathered();
  let observing: NodeJS.Timeout | undefined;
  const outputObservers: Observer[] = [];
  const keyObservers: KeyObserver[] = [];
  const listeners: Observer[] = [];
  const early = createEarly<Buffer>(EARLY_BOUND_BYTES);
  const earlyKeys = createEarly<readonly Token[]>(EARLY_BOUND_BYTES);

  function later(): void {
    observing ??= setTimeout(settle, OBSERVE_MS);
  }
  function settle(): void {
    clearTimeout(observing);
    observing = undefined;
    const seen = pieces;
    pieces = [];
    gathered.clear();
    person.passed(seen);
    for (const piece of seen) {
      if (piece.from === 'agent') {
        for (const observer of outputObservers) observer(piece.chunk);
        if (outputObservers.length === 0) early.keep(Buffer.from(piece.chunk), piece.chunk.length);
      } else {
        for (const observer of keyObservers) observer(piece.tokens);
        earlyKeys.keep(
          piece.tokens,
          piece.tokens.reduce((sum, { length }) => sum + length, 0),
        );
      }
    }
  }
  function give(to: Pty, bytes: Buffer): void {
    if (bytes.length > 0 && !to.write(bytes)) isBacklogged = true;
  }
  /** To the agent, or kept for it. */
  function pass(bytes: Buffer): void {
    if (pty && !holding) give(pty, bytes);
    else if (pty || keptBytes < KEPT_BOUND_BYTES) {
      kept.push(bytes);
      keptBytes += bytes.length;
    }
    pauseInput();
  }
  function pauseInput(): void {
    const pause = pty !== null && (isBacklogged || keptBytes >= KEPT_BOUND_BYTES);
    if (pause !== isPaused) person.pauseInput(pause);
    isPaused = pause;
  }
  function injectWhereSafe(): void {
    if (injected === '' || !boundary.safe) return;
    output.write(injected);
    injected = '';
  }
  function takeKept(): Buffer {
    settle(); // who takes them out of here has heard of them
    const bytes = Buffer.concat(kept);
    kept = [];
    keptBytes = 0;
    keystrokes.swallowRest();
    pauseInput();
    return bytes;
  }

  return {
    attach(next) {
      pty = next;
      isMute = hadAgent;
      hadAgent = true;
      boundary = createBoundary();
      isBacklogged = false;
      pauseInput();
      next.onOutput((chunk) => {
        if (pty !== next) return; // taken from the terminal
        if (isMute) {
          isMute = false;
          pass(keystrokes.release());
        }
        person.passing(chunk);
        if (!output.write(chunk)) next.pause();
        boundary.feed(chunk);
        injectWhereSafe();
        for (const listener of listeners) listener(chunk);
        if (!gathered.hasRoom(chunk.length)) settle();
        const isNext = pieces.at(-1)?.from === 'agent';
        const piece: Passed = { from: 'agent', chunk: gathered.add(chunk, isNext) };
        if (isNext) pieces[pieces.length - 1] = piece;
        else pieces.push(piece);
        later();
      });
      let deaf = false;
      next.onInputBlocked((pendingBytes) => {
        deaf = true;
        person.observe({ type: 'input.blocked', pendingBytes });
      });
      next.onInputDrained(() => {
        if (pty === next) {
          isBacklogged = false;
          pauseInput();
        }
        if (deaf) person.observe({ type: 'input.drained' });
        deaf = false;
      });
    },
    detach() {
      pty = null;
      isMute = false;
      boundary = createBoundary();
      isBacklogged = false;
      pauseInput(); // what waited for it is in the draft, and Ctrl+C must be heard
      injectWhereSafe();
    },
    get attached() {
      return pty;
    },
    takeKept,
    get keptBytes() {
      return keptBytes;
    },
    get wantsOut() {
      return wantsOut;
    },
    get isMidKey() {
      return keystrokes.isOpen;
    },
    hold(held) {
      holding = held;
      wantsOut = false;
      if (holding || !pty || keptBytes === 0) return;
      settle(); // who follows the keys has heard of them
      const bytes = Buffer.concat(kept);
      kept = [];
      keptBytes = 0;
      give(pty, bytes);
      pauseInput();
    },
    fromPerson(chunk) {
      // What the terminal answers the one before is not for the next agent: it would be read as keys.
      pass(keystrokes.take(chunk, !isMute));
    },
    inject(text) {
      injected += text;
      injectWhereSafe();
    },
    observe(onOutput) {
      settle();
      for (const chunk of early.take().pieces) onOutput(chunk);
      outputObservers.push(onOutput);
    },
    observeKeys(onKeys) {
      settle();
      const { pieces: before, gap } = earlyKeys.take();
      for (const tokens of gap ? [...before, null] : before) onKeys(tokens);
      keyObservers.push(onKeys);
    },
    listen(listener) {
      for (const chunk of early.pieces()) listener(chunk);
      for (const piece of pieces) if (piece.from === 'agent') listener(piece.chunk);
      listeners.push(listener);
    },
    settle,
    outputDrained: () => pty?.resume(),
  };
}
