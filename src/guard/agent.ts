/**
 * The running agent: its program, its process, its descendants and its hooks. A run may start several, one at a time.
 */
import { createHookSource, type HookSource } from '../sensors/hook-source.ts';
import { type KinWatch, watchKin } from './kin.ts';
import type { Program } from './start/program.ts';

/** An agent's process, with a terminal or with pipes. */
export interface AgentProcess {
  readonly pid: number;
  readonly generation: number;
  kill(signal: NodeJS.Signals): void;
}

/**
 * To be called once, when the process has ended. After that no agent runs.
 * @param tell reports the end; `gone` waits for it
 */
export type Ended = (tell: () => Promise<void>) => void;

export interface Agent<Process extends AgentProcess = AgentProcess> {
  /** The program that is started, now and at the next relaunch. */
  readonly program: Program;
  /** Tells whether a hook belongs to the present agent. */
  readonly hooks: HookSource;
  readonly kin: KinWatch;
  /** Null while no agent runs. */
  readonly process: Process | null;
  /** Settles when the end of the present agent has been reported. Settled while no agent runs. */
  readonly gone: Promise<void>;
  /** This process runs from now on. */
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
