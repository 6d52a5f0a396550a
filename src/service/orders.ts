/** Signals that tell us, and through us the agent, to end. A Ctrl+C in a terminal reaches both without our help. */
import type { Millis } from '../events.ts';
import { endingSignals } from '../platform/ending-signals.ts';

export interface Orders {
  /** Passes SIGTERM and SIGHUP on from now on. @returns a function that stops this */
  pass(tell: (signal: NodeJS.Signals) => void): () => void;
  /** Whether a signal came so recently that it explains the agent's end. */
  explainsEnd(): boolean;
  /** Resolves with the next signal. */
  next(): Promise<NodeJS.Signals>;
}

/** An agent that is told to end does so within this time. */
const followMs: Millis = 10_000;

export function takeOrders(): Orders {
  let lastAt: Millis = Number.NEGATIVE_INFINITY;
  let tell: ((signal: NodeJS.Signals) => void) | null = null;
  const waiting = new Set<(signal: NodeJS.Signals) => void>();
  for (const signal of endingSignals) {
    process.on(signal, () => {
      lastAt = performance.now();
      if (signal === 'SIGTERM' || signal === 'SIGHUP') tell?.(signal);
      for (const resolve of waiting) resolve(signal);
    });
  }
  return {
    pass(next) {
      tell = next;
      return () => {
        tell = null;
      };
    },
    explainsEnd: () => performance.now() - lastAt < followMs,
    next: () => new Promise((resolve) => waiting.add(resolve)),
  };
}
