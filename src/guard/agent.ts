/** The agent that runs, one after the other: its program, its process, who ends with it, and whose hooks are its own. */
import { createHookSource, type HookSource } from '../sensors/hook-source.ts';
import { type KinWatch, watchKin } from './kin.ts';
import type { Program } from './start/program.ts';

/** An agent's process, however it is reached. */
export interface AgentProcess {
  readonly pid: number;
  readonly generation: number;
  kill(signal: NodeJS.Signals): void;
}

/** To be called once, when the process has ended: none runs from then on. @param tell tells everybody of the end */
export type Ended = (tell: () => Promise<void>) => void;

export interface Agent<Process extends AgentProcess = AgentProcess> {
  /** What is started, now and next. */
  readonly program: Program;
  readonly hooks: HookSource;
  readonly kin: KinWatch;
  /** Null while none runs. */
  readonly process: Process | null;
  /** Settles when the end of the present one has been told; at once while none runs. */
  readonly gone: Promise<void>;
  /** This is the one that runs from now on. */
  started(process: Process): Ended;
}

export function createAgent<Process extends AgentProcess>(
  program: Program,
  hooks: HookSource = createHookSource(),
): Agent<Process> {
  const kin = watchKin();
  let process: Process | null = null;
  let gone: Promise<void> = Promise.resolve();
  return {
    program,
    hooks,
    kin,
    get process() {
      return process;
    },
    get gone() {
      return gone;
    },
    started(next) {
      hooks.startedAs(next.pid);
      process = next;
      let settle = (): void => {};
      gone = new Promise((resolve) => {
        settle = resolve;
      });
      return (tell) => {
        if (process === next) process = null;
        void tell().finally(settle);
      };
    },
  };
}
