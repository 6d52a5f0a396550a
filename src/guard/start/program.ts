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

  const asked = () => presentVersion(launch).catch(() => null);

  async function look(present: string | null): Promise<Look> {
    if (present === null) return { wrong: 'is missing' };
    if (statSync(path).size === 0) return { wrong: 'is empty' }; // the version may be taken from the file's name
    // If its version was never known, it cannot be asked for now.
    if (version === null) return { wrong: null, version };
    // The file may only lead to the agent, and stay the same when that is updated.
    const next = await asked();
    return next === null && present !== stamp
      ? { wrong: 'was replaced by something that does not run' }
      : { wrong: null, version: next ?? version };
  }

  return {
    get version() {
      return version;
    },
    async confirm() {
      if (initial.isEarlier) version = (await asked()) ?? version;
    },
    async renew(limitMs = awaitedMs) {
      for (let waitedMs = 0; ; waitedMs += againMs) {
        const looked = await look(stampOf(path));
        if (looked.wrong === null) {
          version = looked.version;
          stamp = stampOf(path);
          return;
        }
        const was = version === null ? '' : ` (it was ${version.text})`;
        if (waitedMs >= limitMs) throw new Error(`${path}${was} ${looked.wrong}`);
        await pause(againMs);
      }
    },
  };
}

type Look = { readonly wrong: string } | { readonly wrong: null; readonly version: AgentVersion | null };

/** Identifies the program at this path: another program has another stamp. Null: there is none. */
function stampOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? `${found.ino} ${found.size} ${found.mtimeMs}` : null;
}
