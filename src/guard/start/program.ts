/**
 * The agent's program. It may be updated while the agent runs: an updater takes it away for a moment, writes it in
 * place, or leaves a stub that does nothing. So it is looked at before it is started again.
 */
import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentVersion } from '../../agents/contract/version.ts';
import { statePaths } from '../../platform/paths.ts';
import type { Launch } from '../run.ts';
import { agentVersion } from './agent-version.ts';

/** A download is written at once in the end; what is not there after this long will not come by itself. */
const awaitedMs = 10_000;
const againMs = 1_000;

export interface Program {
  /** Of what is started; null: it could not be told. An update puts another one in its place at a relaunch. */
  readonly version: AgentVersion | null;
  /**
   * Waits until it can be started again.
   * @throws saying what is wrong with it when that lasts
   */
  renew(limitMs?: number): Promise<void>;
}

/** @param initial its version as it is now */
export function openProgram(launch: Launch, initial: AgentVersion | null): Program {
  const { command, named, adapter, env } = launch;
  /** What is replaced by an update: of node and a script, the script. */
  const path = named.at(-1) ?? command;
  let version = initial;
  let stamp = stampOf(path);

  async function look(present: string | null): Promise<Look> {
    if (present === null) return { wrong: 'is missing' };
    if (statSync(path).size === 0) return { wrong: 'is empty' }; // its name alone may tell a version
    // One whose version was never known cannot be asked for it now.
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

/** What tells one program from the next under the same path; null: there is none. */
function stampOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? `${found.ino} ${found.size} ${found.mtimeMs}` : null;
}
