/**
 * Passes signals that would end the guard to the agent, and the guard ends when the agent does. Ctrl+C in a terminal
 * reaches both anyway; the second SIGINT, from the guard, changes nothing (2.1.329, 2.1.197).
 */
import type { Agent } from '../guard/agent.ts';
import { endingSignals } from '../platform/ending-signals.ts';
import { startTimeOf } from '../platform/process-identity.ts';
import { descendants, stopTree } from '../platform/process-tree.ts';
import type { Emit } from '../sensors/sensor.ts';

/** A spinning agent ignores signals. The sender would then kill the guard and leave the agent behind. */
const deafMs = 8_000;

export interface Leaving {
  /** The signal by which the guard was told to end. Null: none. */
  readonly signal: NodeJS.Signals | null;
  /** Ends the run, because no agent is running or nobody can read its answer. */
  go(signal: NodeJS.Signals): void;
  /** From now on, the run is ended by `end`. Before this call, the signal kills the process. */
  onLeave(end: (signal: NodeJS.Signals) => void): void;
}

/** Listens for signals from now on. */
export function passSignals(agent: Agent, emit: Emit): Leaving {
  let by: NodeJS.Signals | null = null;
  let end = dieBySignal;
  const go = (signal: NodeJS.Signals): void => {
    emit({ type: 'guard.signalled', signal });
    end(signal);
  };
  for (const signal of endingSignals) {
    process.on(signal, () => {
      by = signal;
      const running = agent.process;
      if (running === null) {
        go(signal);
        return;
      }
      emit({ type: 'guard.signalled', signal });
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
    go,
    onLeave(ends) {
      end = ends;
    },
  };
}

/** Dies of the signal: no agent is running, or nobody reads the output, for which node would wait for ever. */
export function dieBySignal(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
