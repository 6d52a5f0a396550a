/**
 * Signals that end us end the agent first, and the agent's own end is ours. Ctrl+C in a terminal reaches both by
 * itself; the second one that it gets from us changes nothing (2.1.329, 2.1.197).
 */
import { startTimeOf } from '../platform/process-identity.ts';
import { descendants, stopTree } from '../platform/process-tree.ts';
import type { PrintRun } from './run.ts';

const signals = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const;
/** An agent that spins does not hear; whoever asked us to end would then end us, and leave it behind. */
const deafMs = 8_000;

export function passSignals(run: PrintRun): void {
  for (const signal of signals) {
    process.on(signal, () => {
      run.leaving = signal;
      const { child } = run;
      if (child === null) {
        run.leave(signal);
        return;
      }
      child.kill(signal);
      if (signal === 'SIGINT') return;
      setTimeout(() => {
        const startTime = startTimeOf(child.pid);
        if (run.child !== child || startTime === null) return;
        void stopTree([{ pid: child.pid, startTime }, ...descendants(child.pid)], { graceMs: 0 });
      }, deafMs).unref();
    });
  }
}
