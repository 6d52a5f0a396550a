/**
 * An exclusive lock as a file: pid, start time and place inside, so that the lock of a dead process is recognised and
 * taken over. One from elsewhere is taken over once it is older than any work under a lock takes. The file appears
 * complete or not at all (link of a written sibling), so a half-written lock cannot exist.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isElsewhere, ownPlace } from './place.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';

export type LockResult =
  | { readonly held: true; release(): void }
  | { readonly held: false; readonly by: ProcessIdentity | null };

const longestMs = 10 * 60_000;

/** Never waits. Throws only if the folder cannot be written. */
export function acquireLock(path: string): LockResult {
  const own = ownIdentity();
  const temporary = `${path}.${own.pid}-${randomBytes(4).toString('hex')}`;
  const content = JSON.stringify({ ...own, place: ownPlace() });
  try {
    writeFileSync(temporary, content, { flag: 'wx', mode: 0o600 }); // a full disk leaves a part of it
    for (let attempt = 0; attempt < 3; attempt++) {
      if (tryLink(temporary, path)) return { held: true, release: () => releaseLock(path, content) };
      const found = contentOf(path);
      if (found === null) continue; // released just now
      if (isHeld(path, found)) return { held: false, by: holderIn(found) };
      removeStale(path, temporary);
    }
    return { held: false, by: readHolder(path) };
  } finally {
    rmSync(temporary, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes the lock of a dead process. Only under a lock of its own: otherwise two processes may find the same lock
 * stale, and the slower one would remove what the faster one has put in its place.
 */
function removeStale(path: string, own: string): void {
  const removal = `${path}.stale`;
  if (!tryLink(own, removal)) {
    removeIfStale(removal); // its writer may have died at just that moment
    return;
  }
  try {
    removeIfStale(path);
  } finally {
    rmSync(removal, { force: true });
  }
}

/** If the lock is already gone, nothing is removed: another one may take its place at any moment. */
function removeIfStale(path: string): void {
  const content = contentOf(path);
  if (content === null) return;
  if (!isHeld(path, content)) rmSync(path, { force: true });
}

function isHeld(path: string, content: string): boolean {
  const holder = holderIn(content);
  if (holder === null) return false;
  if (!isElsewhere(placeIn(content))) return isAlive(holder);
  const changed = statSync(path, { throwIfNoEntry: false });
  return changed !== undefined && Date.now() - changed.mtimeMs < longestMs;
}

function releaseLock(path: string, content: string): void {
  try {
    if (readFileSync(path, 'utf8') === content) rmSync(path, { force: true });
  } catch {
    // Already gone: somebody cleaned the folder. Nothing is held any more, which is what the caller wants.
  }
}

/** Who holds the lock at `path`; null if nobody does, or if the file is not a lock. */
export function readHolder(path: string): ProcessIdentity | null {
  const content = contentOf(path);
  return content === null ? null : holderIn(content);
}

/** Null: there is no such file. One that cannot be read is as good as empty. */
function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : '';
  }
}

function holderIn(content: string): ProcessIdentity | null {
  const { pid, startTime } = fieldsIn(content);
  return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : null;
}

function placeIn(content: string): string | null {
  const { place } = fieldsIn(content);
  return typeof place === 'string' ? place : null;
}

function fieldsIn(content: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
