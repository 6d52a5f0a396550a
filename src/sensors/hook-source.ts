/**
 * Decides whose hooks count: only those of the agent that this guard started last. Background sessions of the agent's
 * own daemon run with the same settings, a nested agent may have inherited them, and any of the person's processes can
 * write such a file. So the name of a hook's file contains a word that only this launch's settings know, and the pid of
 * the hook's parent.
 */
import { randomBytes } from 'node:crypto';
import { descendants } from '../platform/process-tree.ts';

export interface HookSource {
  /** @returns the word for the hooks of the agent that is about to be started; from now on, only its hooks count */
  renew(): string;
  /** The process that was started with this word. */
  startedAs(pid: number): void;
  /** Whether a hook of that agent wrote this file. */
  isOurs(fileName: string): boolean;
  /** Whether a hook of the present agent has been heard. Its settings alone do not prove that hooks run. */
  heard(): boolean;
}

/** `<word>.<pid of the hook's parent>.<pid of the hook>.json` */
const namePattern = /^([0-9a-f]+)\.(\d+)\.\d+\.json$/;

export function createHookSource(descendantsOf: typeof descendants = descendants): HookSource {
  let word = '';
  let started: number | null = null;
  /** The process whose hooks have been heard. If a launcher does not `exec`, that is a child of the launcher. */
  let speaker: number | null = null;

  const isAgent = (pid: number): boolean => {
    if (speaker !== null) return pid === speaker;
    if (started === null) return false;
    // Tools, background sessions and the daemon lead sessions of their own. A launcher's child does not.
    return pid === started || descendantsOf(started).some((one) => one.pid === pid && !one.detached);
  };

  return {
    renew() {
      word = randomBytes(16).toString('hex');
      started = null;
      speaker = null;
      return word;
    },
    startedAs(pid) {
      started = pid;
    },
    isOurs(fileName) {
      const [, itsWord, parent] = namePattern.exec(fileName) ?? [];
      if (itsWord !== word || !isAgent(Number(parent))) return false;
      speaker = Number(parent);
      return true;
    },
    heard: () => speaker !== null,
  };
}
