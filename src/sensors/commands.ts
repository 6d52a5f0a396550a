/**
 * What the person asks of a running guard from outside (`guardctl watch`): one file per request in the run's folder,
 * which only the person can access. The guard takes each request once. It drops a request that has gone stale because
 * no guard was there to take it.
 */
import { randomBytes } from 'node:crypto';
import { type FSWatcher, readdirSync, readFileSync, rmSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Observation } from '../events.ts';
import { replaceFileSync } from '../platform/atomic-file.ts';
import { makePrivateFolder, type RunPaths } from '../platform/paths.ts';
import { createPoll, type Poll, restMs } from './poll.ts';
import type { Emit, Sensor } from './sensor.ts';

export type PersonCommand = Extract<Observation, { type: 'command' }>['command'];
export const personCommands = [
  'nudge',
  'relaunch',
  'pause',
  'continue',
] as const satisfies readonly PersonCommand[];

const staleMs = 2 * restMs;
/** File watchers miss changes on some file systems, so the folder is also polled. */
const pollMs = 2_000;

const folderOf = (run: RunPaths) => join(run.folder, 'commands');

/** Throws if the run's folder cannot be written. */
export function sendCommand(run: RunPaths, command: PersonCommand): void {
  makePrivateFolder(folderOf(run));
  const name = `${String(Date.now()).padStart(15, '0')}-${randomBytes(3).toString('hex')}.command`;
  replaceFileSync(join(folderOf(run), name), command);
}

export function commandSensor(run: RunPaths): Sensor {
  let watcher: FSWatcher | null = null;
  let poll: Poll | null = null;
  return {
    name: 'commands',
    start(emit) {
      makePrivateFolder(folderOf(run));
      const look = () => takeAll(folderOf(run), emit);
      watcher = watch(folderOf(run), look).on('error', () => {}); // polling goes on
      watcher.unref();
      poll = createPoll(look, pollMs);
      poll.start();
      look();
    },
    rest: (isAtRest) => poll?.rest(isAtRest),
    stop() {
      watcher?.close();
      poll?.stop();
    },
  };
}

function takeAll(folder: string, emit: Emit): void {
  for (const name of filesIn(folder)) {
    const command = take(join(folder, name));
    if (command !== null) emit({ type: 'command', command });
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.command'))
      .sort();
  } catch {
    return []; // somebody has removed the folder
  }
}

function take(path: string): PersonCommand | null {
  try {
    const stale = Date.now() - statSync(path).mtimeMs > staleMs;
    const word = readFileSync(path, 'utf8').trim();
    rmSync(path, { force: true });
    return stale ? null : (personCommands.find((command) => command === word) ?? null);
  } catch {
    return null; // the watcher or the poll has just taken it
  }
}
