/**
 * Once the agent runs, the guard may fail and the session may not. Whatever throws where nobody expects it is noted;
 * when the guard itself is broken, bytes go on passing through, and the agent's own end is ours.
 */
import type { Observation } from './events.ts';
import { exitCode } from './platform/exec.ts';

export interface FailOpen {
  /** Every observation on its way to the loop. */
  see(observation: Observation): void;
  /** The guard is of no more use: it only waits for the agent's end. */
  broken(error: unknown): void;
  /** Settles when the guard is broken and the agent has ended: with the agent's exit code. */
  readonly alone: Promise<number>;
  /** Takes the process-wide handlers back. */
  close(): void;
}

/** @param note gets the detail of each failure, for the record */
export function failOpen(note: (detail: string) => void): FailOpen {
  let isBroken = false;
  let end: number | null = null;
  let settle = (_code: number): void => {};
  const alone = new Promise<number>((resolve) => {
    settle = resolve;
  });
  const unexpected = (error: unknown): void => note(reasonOf(error));
  process.on('uncaughtException', unexpected);
  process.on('unhandledRejection', unexpected);
  const check = (): void => {
    if (isBroken && end !== null) settle(end);
  };
  return {
    see(observation) {
      if (observation.type === 'agent.started') end = null;
      if (observation.type === 'agent.exited') end = exitCode(observation.code, observation.signal);
      check();
    },
    broken(error) {
      if (!isBroken) note(reasonOf(error));
      isBroken = true;
      check();
    },
    alone,
    close() {
      process.removeListener('uncaughtException', unexpected);
      process.removeListener('unhandledRejection', unexpected);
    },
  };
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error);
