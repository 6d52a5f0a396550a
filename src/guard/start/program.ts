/**
 * The agent's program at a relaunch. It may have been updated while the agent ran: an updater takes it away for a
 * moment, writes it in place, or leaves a stub that does nothing. So it is looked at before it is started again.
 */
import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentVersion } from '../../agents/contract/version.ts';
import { statePaths } from '../../platform/paths.ts';
import type { Launch, Runtime } from '../runtime.ts';
import { agentVersion } from './agent-version.ts';

/** A download is written at once in the end; what is not there after this long will not come by itself. */
const awaitedMs = 10_000;
const againMs = 1_000;

type Running = Pick<Runtime, 'launch' | 'version' | 'program'>;

/** What is replaced by an update: of node and a script, the script. */
export const programPath = ({ command, named }: Pick<Launch, 'command' | 'named'>): string =>
  named.at(-1) ?? command;

/** What tells one program from the next under the same path; null: there is none. */
export function programAt(command: string): string | null {
  const found = statSync(command, { throwIfNoEntry: false });
  return found?.isFile() ? `${found.ino} ${found.size} ${found.mtimeMs}` : null;
}

/**
 * Waits until the program can be started.
 * @returns its version: another one after an update
 * @throws saying what is wrong with it when that lasts
 */
export async function readyProgram(run: Running, limitMs = awaitedMs): Promise<AgentVersion | null> {
  for (let waitedMs = 0; ; waitedMs += againMs) {
    const looked = await look(run);
    if (looked.wrong === null) return looked.version;
    if (waitedMs >= limitMs) throw new Error(`${programPath(run.launch)}${was(run.version)} ${looked.wrong}`);
    await pause(againMs);
  }
}

/** The same for the run: what it is started with from now on. */
export async function renewProgram(run: Running, limitMs = awaitedMs): Promise<void> {
  run.version = await readyProgram(run, limitMs);
  run.program = programAt(programPath(run.launch));
}

const was = (version: AgentVersion | null) => (version === null ? '' : ` (it was ${version.text})`);

async function look({ launch, version, program }: Running): Promise<{
  readonly wrong: string | null;
  readonly version: AgentVersion | null;
}> {
  const { command, named, adapter, env } = launch;
  const path = programPath(launch);
  const present = programAt(path);
  if (present === null) return { wrong: 'is missing', version };
  if (statSync(path).size === 0) return { wrong: 'is empty', version }; // its name alone may tell a version
  // One whose version was never known cannot be asked for it now.
  if (present === program || version === null) return { wrong: null, version };
  const next = await agentVersion(adapter, [command, ...named.slice(1)], env, statePaths(env).root).catch(
    () => null,
  );
  return { wrong: next === null ? 'was replaced by something that does not run' : null, version: next };
}
