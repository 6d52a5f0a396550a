/**
 * A folder for what may hold a secret and must be a file: outside the records, closed to others, gone with the process.
 * The user's runtime folder lies in memory; where there is none, the system's temporary folder serves.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { startTimeOf } from './process-identity.ts';

const prefix = 'guarded-claude-secret-';

/** Makes the folder when it is first asked for. @throws where none can be made */
export function createSecretFolder(env: Readonly<Record<string, string | undefined>>): () => string {
  let made: string | null = null;
  return () => {
    made ??= makeFolder(env.XDG_RUNTIME_DIR);
    return made;
  };
}

function makeFolder(runtimeFolder: string | undefined): string {
  const places = runtimeFolder !== undefined && isAbsolute(runtimeFolder) ? [runtimeFolder] : [];
  let failure: unknown;
  for (const place of [...places, tmpdir()]) {
    const folder = join(place, `${prefix}${process.pid}-${startTimeOf(process.pid)?.replace(/\W/g, '')}`);
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

/** Of guards that were killed. */
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
