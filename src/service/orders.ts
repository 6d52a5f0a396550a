/** The signals by which somebody ends us, and through us the agent. Ctrl+C of a terminal reaches both by itself. */
import type { Millis } from '../events.ts';

export interface Orders {
  /** What comes is for the agent from now on. @returns ends that */
  pass(tell: (signal: NodeJS.Signals) => void): () => void;
  /** One has come so shortly before that it explains an end. */
  explain(): boolean;
  /** Resolves with the next one. */
  next(): Promise<NodeJS.Signals>;
}

/** An agent that was told to end has ended by then. */
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
