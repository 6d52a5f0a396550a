/**
 * The agent's program. An updater may replace it while the agent runs: it removes the file for a moment, writes it in
 * place, or leaves a stub that does nothing. So the file is checked before it is started again.
 */
import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentVersion } from '../../agents/contract/version.ts';
import type { Launch } from '../run.ts';
import { type KnownVersion, presentVersion } from './agent-version.ts';

/** An updater writes the file within seconds. If it is not there by then, it will not appear by itself. */
const awaitedMs = 10_000;
const againMs = 1_000;

export interface Program {
  /** Null: it could not be determined. After an update, a relaunch starts another version. */
  readonly version: AgentVersion | null;
  /** Asks the program if only an earlier answer of it is known. Never rejects. */
  confirm(): Promise<void>;
  /** Asks the program, which may take seconds: an agent behind a wrapper may have been updated. Never rejects. */
  ask(): Promise<void>;
  /**
   * Waits until the program can be started again.
   * @throws the reason if that takes longer than `limitMs`
   */
  renew(limitMs?: number): Promise<void>;
}

export function openProgram(launch: Launch, initial: KnownVersion): Program {
  const { command, named } = launch;
  /** The file that an update replaces: the script, if node runs one. */
  const path = named.at(-1) ?? command;
  let { version } = initial;
  let stamp = stampOf(path);

  let questions = 0;

  /** @returns null: it did not answer. An answer that a later question has overtaken is of another program */
  async function ask(): Promise<AgentVersion | null> {
    const question = ++questions;
    const answer = await presentVersion(launch).catch(() => null);
    if (answer !== null && question === questions) version = answer;
    return answer;
  }

  /** What is wrong with it. Null: nothing. */
  async function look(present: string | null): Promise<string | null> {
    if (present === null) return 'is missing';
    if (statSync(path).size === 0) return 'is empty'; // the version may be taken from the file's name
    // The same file runs as before, so it need not be waited for. If its version was never known, it cannot be asked for now.
    if (present === stamp || version === null) return null;
    return (await ask()) === null ? 'was replaced by something that does not run' : null;
  }

  return {
    get version() {
      return version;
    },
    async confirm() {
      if (initial.isEarlier) await ask();
    },
    async ask() {
      await ask();
    },
    async renew(limitMs = awaitedMs) {
      for (let waitedMs = 0; ; waitedMs += againMs) {
        const wrong = await look(stampOf(path));
        if (wrong === null) {
          stamp = stampOf(path);
          return;
        }
        const was = version === null ? '' : ` (it was ${version.text})`;
        if (waitedMs >= limitMs) throw new Error(`${path}${was} ${wrong}`);
        await pause(againMs);
      }
    },
  };
}

/** Identifies the program at this path: another program has another stamp. Null: there is none. */
function stampOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? `${found.ino} ${found.size} ${found.mtimeMs}` : null;
}
