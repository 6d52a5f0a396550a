/**
 * The originals of repairs: kept beside the conversation, and removed when they are no longer of use. They hold the
 * whole conversation, so they must neither fill the disk nor outlive it for long.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { copyFile, link, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sessionOfSnapshot } from '../../recover/store.ts';

/** How long the guard's own originals stay, and everything whose conversation is gone. */
const keptMs = 7 * 24 * 3_600_000;
/** Marks an original that no person asked for. What a person's repair has left is the person's to remove. */
const automatic = '-automatic';
const automaticName = /^(.+)\.before-repair-(\d{8}T\d{6}Z)-automatic(?:-\d+)?$/;

/** Keeps the original under another name. A hard link costs nothing and cannot run out of disk space. */
export async function keepOriginal(path: string, now: number, byHand: boolean): Promise<string> {
  const stamp = new Date(now)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');
  for (let number = 1; ; number++) {
    const backup = `${path}.before-repair-${stamp}${byHand ? '' : automatic}${number === 1 ? '' : `-${number}`}`;
    try {
      await link(path, backup);
      return backup;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EEXIST') continue;
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'EMLINK') throw error;
      await copyWhole(path, backup);
      return backup;
    }
  }
}

/** Under the name of an original, there is nothing but whole ones. */
async function copyWhole(path: string, backup: string): Promise<void> {
  const half = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await copyFile(path, half);
    await rename(half, backup);
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
}

/** The original of a conversation that was replaced since (Unix milliseconds). Null: it was not. */
export function replacedOriginal(path: string, sinceMs: number): string | null {
  const prefix = `${basename(path)}.before-repair-`;
  const newest = namesIn(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .toSorted()
    .at(-1);
  if (newest === undefined) return null;
  const backup = join(dirname(path), newest);
  const [kept, present] = [statSync(backup), statSync(path)];
  if (kept.ctimeMs < sinceMs) return null; // that of an earlier repair
  // Until it is replaced, the conversation is the same file as its original, or a file of the same content.
  return kept.ino === present.ino || kept.size === present.size ? null : backup;
}

/**
 * Removes old originals from a folder of conversations, but the newest one of each conversation stays as long as the
 * conversation does. Removes old snapshots whose conversation is gone. Never throws.
 */
export function removeOldBackups(folder: string, nowMs: number): void {
  const names = namesIn(folder);
  const there = new Set(names);
  const withNewest = new Set<string>();
  for (const name of names.toSorted().toReversed()) {
    const [, conversation, stamp = ''] = automaticName.exec(name) ?? [];
    if (conversation === undefined) continue;
    const stays = there.has(conversation) && !withNewest.has(conversation);
    withNewest.add(conversation);
    if (!stays && nowMs - timeOf(stamp) >= keptMs) remove(join(folder, name));
  }
  for (const name of names) {
    const session = sessionOfSnapshot(name);
    if (session === null || there.has(`${session}.jsonl`)) continue;
    const path = join(folder, name);
    if (nowMs - writtenAt(path, nowMs) >= keptMs) remove(path);
  }
}

const timeOf = (stamp: string): number =>
  Date.parse(stamp.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));

function writtenAt(path: string, unknown: number): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return unknown; // it has gone meanwhile
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Not ours to remove, or the disk is read-only; the next repair tries again.
  }
}
