/**
 * Replace a file so that a reader sees the old or the new content, never a part of it: a sibling is written and
 * renamed over it. Files are 0600. With `durable` the content is on disk before the rename (fsync).
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';

export interface ReplaceOptions {
  readonly durable?: boolean;
  readonly mode?: number;
}

const sibling = (path: string) => `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;

/** Rejects with the file system's error; nothing is left behind then, and the old content stays. */
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

/** The same for the way out of the process. Throws. */
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
