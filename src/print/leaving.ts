/**
 * Signals that end us end the agent first, and the agent's own end is ours. Ctrl+C in a terminal reaches both by
 * itself; the second one that it gets from us changes nothing (2.1.329, 2.1.197).
 */
import type { Agent } from '../guard/agent.ts';
import { startTimeOf } from '../platform/process-identity.ts';
import { descendants, stopTree } from '../platform/process-tree.ts';

const signals = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const;
/** An agent that spins does not hear; whoever asked us to end would then end us, and leave it behind. */
const deafMs = 8_000;

export interface Leaving {
  /** The signal by which somebody has ended us, and through us the agent; null: nobody has. */
  readonly signal: NodeJS.Signals | null;
  /** No agent runs, or nobody can read its answer any more: we go. */
  go(signal: NodeJS.Signals): void;
  /** From now on `end` is how we go; until then we die of the signal. */
  goBy(end: (signal: NodeJS.Signals) => void): void;
}

/** Listens for signals from now on. */
export function passSignals(agent: Agent): Leaving {
  let by: NodeJS.Signals | null = null;
  let go = dieOf;
  for (const signal of signals) {
    process.on(signal, () => {
      by = signal;
      const running = agent.process;
      if (running === null) {
        go(signal);
        return;
      }
      running.kill(signal);
      if (signal === 'SIGINT') return;
      setTimeout(() => {
        const startTime = startTimeOf(running.pid);
        if (agent.process !== running || startTime === null) return;
        void stopTree([{ pid: running.pid, startTime }, ...descendants(running.pid)], { graceMs: 0 });
      }, deafMs).unref();
    });
  }
  return {
    get signal() {
      return by;
    },
    go: (signal) => go(signal),
    goBy(end) {
      go = end;
    },
  };
}

/** Nobody reads our last words, and node would wait for that for ever; or there is no agent: end as the signal does. */
export function dieOf(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
