/** Signals that tell us, and through us the agent, to end. A Ctrl+C in a terminal reaches both without our help. */
import type { Millis } from '../events.ts';
import { endingSignals } from '../platform/ending-signals.ts';

export interface Orders {
  /** Passes SIGTERM and SIGHUP on from now on, and first what nobody was told. @returns a function that stops this */
  pass(tell: (signal: NodeJS.Signals) => void): () => void;
  /** Whether a signal came so recently that it explains the agent's end. */
  explainsEnd(): boolean;
  /** Resolves with the next signal, or with one that nobody was told. */
  next(): Promise<NodeJS.Signals>;
}

/** An agent that is told to end does so within this time. */
const followMs: Millis = 10_000;

/** @param source of the signals; for tests */
export function takeOrders(source: NodeJS.EventEmitter = process): Orders {
  let lastAt: Millis = Number.NEGATIVE_INFINITY;
  let tell: ((signal: NodeJS.Signals) => void) | null = null;
  let untold: NodeJS.Signals | null = null;
  let waiting: ((signal: NodeJS.Signals) => void) | null = null;
  for (const signal of endingSignals) {
    source.on(signal, () => {
      lastAt = performance.now();
      if (tell !== null) {
        if (signal === 'SIGTERM' || signal === 'SIGHUP') tell(signal);
      } else if (waiting === null) untold = signal;
      else waiting(signal);
    });
  }
  return {
    pass(next) {
      tell = next;
      waiting = null;
      if (untold !== null) tell(untold);
      untold = null;
      return () => {
        tell = null;
      };
    },
    explainsEnd: () => performance.now() - lastAt < followMs,
    next: () =>
      new Promise((resolve) => {
        if (untold === null) waiting = resolve;
        else resolve(untold);
      }),
  };
}
