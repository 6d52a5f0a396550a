/**
 * The two streams between the person's terminal and the agent's. Bytes are handed on in the turn in which they
 * arrive; who only looks at them gets the same chunk a little later. Each side that does not keep up pauses the
 * other, so nothing is lost and memory stays bounded.
 */
import type { Observation } from '../events.ts';
import { createBoundary } from './boundary.ts';
import type { Output } from './output.ts';
import type { Pty } from './pty.ts';

/** A piece of one of the two streams. */
export interface Passed {
  readonly from: 'agent' | 'person';
  readonly chunk: Buffer;
}

export type Observer = (chunk: Buffer) => void;

export interface Passthrough {
  /** From now on this agent has the terminal. */
  attach(pty: Pty): void;
  /** The agent has the terminal no more; the person's bytes are kept from now on. */
  detach(): void;
  readonly attached: Pty | null;
  /** Bytes that the person typed while no agent had the terminal; they are handed out once. */
  takeKept(): Buffer;
  fromPerson(chunk: Buffer): void;
  /** While held, the person's bytes are kept although an agent is there; letting go hands them on, in order. */
  hold(held: boolean): void;
  readonly keptBytes: number;
  /** Writes this between two of the agent's characters or sequences, as soon as there is such a place. */
  inject(text: string): void;
  /** Output and input as they were passed on, later; the first one also gets what was passed on before (256 KiB). */
  observe(output: Observer, input: Observer): void;
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
/** Observers are loaded while the agent boots: what it writes until then is kept for them. */
const EARLY_BOUND_BYTES = 262_144;
/** While no agent is there, stdin is paused beyond this. */
const KEPT_BOUND_BYTES = 65_536;

export function createPassthrough(output: Output, person: Person): Passthrough {
  let pty: Pty | null = null;
  let boundary = createBoundary();
  let injected = '';
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let holding = false;
  let pieces: Passed[] = [];
  let observing: NodeJS.Timeout | undefined;
  const outputObservers: Observer[] = [];
  const inputObservers: Observer[] = [];
  const listeners: Observer[] = [];
  let early: Buffer[] | null = [];
  let earlyBytes = 0;

  function later(): void {
    observing ??= setTimeout(settle, OBSERVE_MS);
  }
  function settle(): void {
    clearTimeout(observing);
    observing = undefined;
    const seen = pieces;
    pieces = [];
    person.passed(seen);
    for (const { from, chunk } of seen) {
      for (const observer of from === 'agent' ? outputObservers : inputObservers) observer(chunk);
      if (early && from === 'agent') keepEarly(early, chunk);
    }
  }
  function keepEarly(into: Buffer[], chunk: Buffer): void {
    earlyBytes += chunk.length;
    if (earlyBytes <= EARLY_BOUND_BYTES) into.push(chunk); // and nothing after a gap
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
    person.pauseInput(false);
    return bytes;
  }

  return {
    attach(next) {
      pty = next;
      boundary = createBoundary();
      person.pauseInput(false);
      next.onOutput((chunk) => {
        if (pty !== next) return; // taken from the terminal
        person.passing(chunk);
        if (!output.write(chunk)) next.pause();
        boundary.feed(chunk);
        injectWhereSafe();
        for (const listener of listeners) listener(chunk);
        pieces.push({ from: 'agent', chunk });
        later();
      });
      let deaf = false;
      next.onInputBlocked((pendingBytes) => {
        deaf = true;
        person.observe({ type: 'input.blocked', pendingBytes });
      });
      next.onInputDrained(() => {
        if (pty === next) person.pauseInput(false);
        if (deaf) person.observe({ type: 'input.drained' });
        deaf = false;
      });
    },
    detach() {
      pty = null;
      boundary = createBoundary();
      injectWhereSafe();
    },
    get attached() {
      return pty;
    },
    takeKept,
    get keptBytes() {
      return keptBytes;
    },
    hold(held) {
      holding = held;
      if (!holding && pty && keptBytes > 0 && !pty.write(takeKept())) person.pauseInput(true);
    },
    fromPerson(chunk) {
      if (pty && !holding) {
        if (!pty.write(chunk)) person.pauseInput(true);
      } else {
        kept.push(chunk);
        keptBytes += chunk.length;
        if (keptBytes >= KEPT_BOUND_BYTES) person.pauseInput(true);
      }
      pieces.push({ from: 'person', chunk });
      later();
    },
    inject(text) {
      injected += text;
      injectWhereSafe();
    },
    observe(onOutput, onInput) {
      settle();
      for (const chunk of early ?? []) onOutput(chunk);
      early = null;
      outputObservers.push(onOutput);
      inputObservers.push(onInput);
    },
    listen(listener) {
      for (const chunk of early ?? []) listener(chunk);
      for (const { from, chunk } of pieces) if (from === 'agent') listener(chunk);
      listeners.push(listener);
    },
    settle,
    outputDrained: () => pty?.resume(),
  };
}
