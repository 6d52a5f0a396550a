/**
 * The agent's program. An updater may replace it while the agent runs: it removes the file for a moment, writes it in
 * place, or leaves a stub that does nothing. So the file is checked before it is started again.
 */
import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentVersion } from '../../agents/contract/version.ts';
import { statePaths } from '../../platform/paths.ts';
import type { Launch } from '../run.ts';
import { agentVersion } from './agent-version.ts';

/** An updater writes the file within seconds. If it is not there by then, it will not appear by itself. */
const awaitedMs = 10_000;
const againMs = 1_000;

export interface Program {
  /** Null: it could not be determined. After an update, a relaunch starts another version. */
  readonly version: AgentVersion | null;
  /**
   * Waits until the program can be started again.
   * @throws the reason if that takes longer than `limitMs`
   */
  renew(limitMs?: number): Promise<void>;
}

/** @param initial its present version */
export function openProgram(launch: Launch, initial: AgentVersion | null): Program {
  const { command, named, adapter, env } = launch;
  /** The file that an update replaces: the script, if node runs one. */
  const path = named.at(-1) ?? command;
  let version = initial;
  let stamp = stampOf(path);

  async function look(present: string | null): Promise<Look> {
    if (present === null) return { wrong: 'is missing' };
    if (statSync(path).size === 0) return { wrong: 'is empty' }; // the version may be taken from the file's name
    // If its version was never known, it cannot be asked for now.
    if (present === stamp || version === null) return { wrong: null, version };
    const asked = agentVersion(adapter, [command, ...named.slice(1)], env, statePaths(env).root);
    const next = await asked.catch(() => null);
    return next === null
      ? { wrong: 'was replaced by something that does not run' }
      : { wrong: null, version: next };
  }

  return {
    get version() {
      return version;
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
