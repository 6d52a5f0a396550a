/**
 * Once the agent runs, the guard may fail, but the session may not. Unexpected errors are recorded. If the guard itself
 * is broken, bytes still pass through, and the agent's exit code becomes ours.
 */
import type { Observation } from '../events.ts';
import { exitCode } from '../platform/exec.ts';

/** How the last agent of a run has ended. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface FailOpen {
  /** To be called with every observation on its way to the loop. */
  see(observation: Observation): void;
  /** The guard is broken, and now only waits for the agent's end. */
  broken(error: unknown): void;
  /**
   * The exit code of a run under this watch. If the watch fails, or the guard breaks in another way, the agent is left
   * alone, and its exit code is returned.
   */
  codeOf(watch: Promise<End>): Promise<number>;
  /** Removes the process-wide handlers. */
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
  const broken = (error: unknown): void => {
    if (!isBroken) note(reasonOf(error));
    isBroken = true;
    check();
  };
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
    broken,
    async codeOf(watch) {
      const watched = watch.then(
        ({ code, signal }) => exitCode(code, signal),
        (error: unknown) => {
          broken(error);
          return alone;
        },
      );
      return await Promise.race([watched, alone]);
    },
    close() {
      process.removeListener('uncaughtException', unexpected);
      process.removeListener('unhandledRejection', unexpected);
    },
  };
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error);
