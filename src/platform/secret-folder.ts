/**
 * A folder for files that may hold a secret: outside the records, closed to others, and removed with the process. The
 * user's runtime folder is in memory. If there is none, the folder is in the system's temporary folder.
 */
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { startTimeOf } from './process-identity.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const prefix = 'guarded-claude-secret-';

/**
 * @returns a function that gives the folder's path, and makes the folder if it is not there: at its first call, and after
 *   a log-out, with which the runtime folder goes, or a tidying of temporary files. Throws if that fails.
 */
export function createSecretFolder(env: Environment): () => string {
  let made: string | null = null;
  return () => {
    if (made === null || !isOurs(made)) made = makeFolder(env.XDG_RUNTIME_DIR);
    return made;
  };
}

/** In a temporary folder, anybody may make another one under the same name once ours has gone. */
function isOurs(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}

function makeFolder(runtimeFolder: string | undefined): string {
  let failure: unknown;
  for (const place of placesFor(runtimeFolder)) {
    const folder = folderIn(place);
    try {
      removeLeftovers(place);
      mkdirSync(folder, { mode: 0o700 });
      process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
      return folder;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** Where this process has its folder, if it has one: for whoever removes it if this process is killed. */
export const secretFoldersOf = (env: Environment): readonly string[] =>
  placesFor(env.XDG_RUNTIME_DIR).map(folderIn);

/** Removes the folders of processes that were killed. Never throws. */
export function removeLeftoverSecrets(env: Environment): void {
  for (const place of placesFor(env.XDG_RUNTIME_DIR)) {
    try {
      removeLeftovers(place);
    } catch {
      // there is no such folder, or we may not read it
    }
  }
}

const placesFor = (runtimeFolder: string | undefined): readonly string[] => [
  ...(runtimeFolder !== undefined && isAbsolute(runtimeFolder) ? [runtimeFolder] : []),
  tmpdir(),
];

const folderIn = (place: string): string =>
  join(place, `${prefix}${process.pid}-${startTimeOf(process.pid)?.replace(/\W/g, '')}`);

function removeLeftovers(place: string): void {
  for (const name of readdirSync(place)) {
    const [, pid, startTime] = new RegExp(`^${prefix}(\\d+)-(\\w+)$`).exec(name) ?? [];
    if (pid === undefined || startTime === undefined) continue;
    if (startTimeOf(Number(pid))?.replace(/\W/g, '') === startTime) continue;
    try {
      rmSync(join(place, name), { recursive: true, force: true });
    } catch {
      // another user's
    }
  }
}
