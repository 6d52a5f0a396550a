/** Signals by which somebody ends us, and through us the agent. A Ctrl+C in a terminal reaches both without our help. */
import type { Millis } from '../events.ts';

export interface Orders {
  /** Passes SIGTERM and SIGHUP on from now on. @returns stops that */
  pass(tell: (signal: NodeJS.Signals) => void): () => void;
  /** A signal came so recently that it explains why the agent ended. */
  explain(): boolean;
  /** Resolves with the next signal. */
  next(): Promise<NodeJS.Signals>;
}

/** An agent that was told to end has ended within this time. */
const followMs: Millis = 10_000;

export function takeOrders(): Orders {
  let lastAt: Millis = Number.NEGATIVE_INFINITY;
  let tell: ((signal: NodeJS.Signals) => void) | null = null;
  const waiting = new Set<(signal: NodeJS.Signals) => void>();
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const) {
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
    explain: () => performance.now() - lastAt < followMs,
    next: () => new Promise((resolve) => waiting.add(resolve)),
  };
}
