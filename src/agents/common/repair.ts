/**
 * Repairs a conversation file on a copy, which is checked and then put in place in one step; the original is kept
 * beside it. A file that a living process writes is never touched, and a healthy one is not written at all.
 */
import { createReadStream, realpathSync, type Stats, statSync } from 'node:fs';
import { appendFile, chmod, chown, readdir, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeHalfWritten } from '../../platform/atomic-file.ts';
import { acquireLock } from '../../platform/lock.ts';
import type {
  Examination,
  ExamineOptions,
  Finding,
  Reach,
  TranscriptRepairer,
  Writer,
} from '../contract/conversation.ts';
import { keepOriginal, removeOldBackups, replacedOriginal } from './backups.ts';

export interface RepairOptions extends ExamineOptions {
  readonly dryRun: boolean;
  /** See `findWriter`. */
  readonly thorough: boolean;
  readonly elsewhere?: readonly number[];
}

export type RepairOutcome = {
  readonly findings: readonly Finding[];
  readonly before: Reach | null;
  readonly after: Reach | null;
} & (
  | { readonly result: 'healthy' | 'dry-run' }
  | { readonly result: 'repaired'; readonly backup: string }
  /** A living process (pid) writes the file, or another repair holds it. */
  | { readonly result: 'busy'; readonly writer: Writer | null }
  | { readonly result: 'failed'; readonly detail: string }
);

const lockOf = (path: string) => `${path}.repair-lock`;

/**
 * Removes what killed repairs and guards have left beside a conversation, and old originals. Throws if the folder
 * cannot be written.
 * @returns the original, if a repair was killed when it had replaced the conversation and had told nobody. Else null
 */
export function tidyBeside(path: string, nowMs: number): string | null {
  removeHalfWritten(dirname(path), basename(path, '.jsonl'));
  removeOldBackups(dirname(path), nowMs);
  const lockedAtMs = statSync(lockOf(path), { throwIfNoEntry: false })?.mtimeMs;
  if (lockedAtMs === undefined) return null;
  const lock = acquireLock(lockOf(path));
  if (!lock.held) return null;
  lock.release();
  return replacedOriginal(realpathSync(path), lockedAtMs);
}

/** Never throws. */
export async function repairFile(
  path: string,
  repairer: TranscriptRepairer,
  options: RepairOptions,
): Promise<RepairOutcome> {
  const nothing = { findings: [], before: null, after: null };
  try {
    if (options.dryRun) {
      const seen = await repairer.examine(path, options);
      return { ...seenOf(seen), result: seen.findings.length === 0 ? 'healthy' : 'dry-run' };
    }
    const lock = acquireLock(lockOf(path));
    if (!lock.held)
      return { ...nothing, result: 'busy', writer: lock.by && { pid: lock.by.pid, certain: true } };
    try {
      return await repairLocked(path, repairer, options);
    } finally {
      lock.release();
    }
  } catch (error) {
    return { ...nothing, result: 'failed', detail: error instanceof Error ? error.message : String(error) };
  }
}

const seenOf = ({ findings, before, after }: Examination) => ({ findings, before, after });

async function repairLocked(
  path: string,
  repairer: TranscriptRepairer,
  options: RepairOptions,
): Promise<RepairOutcome> {
  // A symbolic link stays a link: its target is replaced.
  const file = await realpath(path);
  await removeLeftovers(file);
  const original = await stat(file);
  const seen = await repairer.examine(file, options);
  if (seen.findings.length === 0) return { ...seenOf(seen), result: 'healthy' };
  const busy = async () => repairer.findWriter(path, options.thorough, options.elsewhere);
  const writer = await busy();
  if (writer !== null) return { ...seenOf(seen), result: 'busy', writer };

  const copy = `${file}.${process.pid}.repaired`;
  let isPlaced = false;
  try {
    const { lost, left } = await seen.mend(copy);
    if (lost > 0 || left > 0) {
      const detail = lost > 0 ? `${lost} records would be lost` : 'not everything could be repaired';
      return { ...seenOf(seen), result: 'failed', detail: `${detail}; the file was left as it is` };
    }
    await copyAttributes(copy, original);
    const late = await busy();
    // Checked last: while writers are searched for, one can write and be gone again.
    const now = await stat(file);
    if (late !== null || now.size !== original.size || now.mtimeMs !== original.mtimeMs)
      return { ...seenOf(seen), result: 'busy', writer: late };
    const backup = await keepOriginal(file, options.now, options.byHand);
    await rename(copy, file);
    isPlaced = true;
    try {
      await carryOver(backup, original.size, file);
    } catch (error) {
      await rename(backup, file); // it holds everything
      throw error;
    }
    if (!options.byHand) removeOldBackups(dirname(file), options.now); // by hand, it may be anybody's folder
    return { ...seenOf(seen), result: 'repaired', backup };
  } finally {
    if (!isPlaced) await rm(copy, { force: true });
  }
}

/** Removes copies that killed repairs have left. Nobody else works on them, because we hold the lock. */
async function removeLeftovers(file: string): Promise<void> {
  const folder = dirname(file);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isFile() && entry.name.startsWith(`${basename(file)}.`) && /\.\d+\.repaired$/.test(entry.name))
      await rm(join(folder, entry.name), { force: true });
}

/** Keeps owner, mode and times, so that "the newest conversation of this folder" does not change with a repair. */
async function copyAttributes(copy: string, original: Stats): Promise<void> {
  const { uid, gid } = await stat(copy);
  if (uid !== original.uid || gid !== original.gid) await chown(copy, original.uid, original.gid);
  await chmod(copy, original.mode & 0o7777);
  await utimes(copy, original.atime, original.mtime);
}

/** Appends what was written to the original at the last moment, after all checks. */
async function carryOver(original: string, from: number, file: string): Promise<void> {
  if ((await stat(original)).size <= from) return;
  const added: Buffer[] = [];
  for await (const piece of createReadStream(original, { start: from })) added.push(piece as Buffer);
  await appendFile(file, Buffer.concat(added));
}
