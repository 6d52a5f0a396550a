/**
 * Replaces a file so that a reader sees the old or the new content, never a part of it: a sibling is written, then
 * renamed over it. Files have mode 0600. With `durable`, the content is on disk before the rename (fsync).
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startTimeOf } from './process-identity.ts';

export interface ReplaceOptions {
  readonly durable?: boolean;
  readonly mode?: number;
}

const sibling = (path: string) => `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;

/** Rejects with the file system's error. Then nothing is left behind, and the old content stays. */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  options: ReplaceOptions = {},
): Promise<void> {
  const temporary = sibling(path);
  try {
    const handle = await open(temporary, 'wx', options.mode ?? 0o600);
    try {
      await handle.writeFile(content);
      if (options.durable === true) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The same, synchronously, for the end of the process. Throws. */
export function replaceFileSync(
  path: string,
  content: string | Uint8Array,
  options: ReplaceOptions = {},
): void {
  const temporary = sibling(path);
  try {
    const descriptor = openSync(temporary, 'wx', options.mode ?? 0o600);
    try {
      writeFileSync(descriptor, content);
      if (options.durable === true) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Names of half-written siblings of a file: ours, a lock's, a repair's. The number is the writer's pid. */
const halfWritten = /\.(\d+)(-[0-9a-f]{8}(\.tmp)?|\.repaired)$/;

/**
 * Removes half-written files that killed writers have left in a folder: they may be large, or hold a conversation.
 * Never throws.
 * @param beside only siblings of files whose names begin like this
 */
export function removeHalfWritten(folder: string, beside = ''): void {
  try {
    for (const name of readdirSync(folder)) {
      const pid = name.startsWith(beside) ? halfWritten.exec(name)?.[1] : undefined;
      if (pid !== undefined && startTimeOf(Number(pid)) === null) rmSync(join(folder, name), { force: true });
    }
  } catch {
    // no such folder, or not ours to tidy
  }
}
