/**
 * All runs, from their status files. If the guard is gone, its session has ended. A guard on another machine or in
 * another container, which share this home, cannot be found by its pid. Its journal grows at least once a minute.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { removeHalfWritten } from '../platform/atomic-file.ts';
import { type RunPaths, roomName, runPaths, type StatePaths } from '../platform/paths.ts';
import { isElsewhere } from '../platform/place.ts';
import { isAlive } from '../platform/process-identity.ts';
import type { Status } from './status.ts';
import { readStatus } from './status-reader.ts';

export interface SessionOnDisk {
  readonly paths: RunPaths;
  readonly status: Status;
  /** The guard of this run is alive. If it is not, `status.state` is `ended` or `gave_up`, whatever the file says. */
  readonly alive: boolean;
}

/** Ordered by start. Folders without a readable status are skipped. */
export function readSessions(state: StatePaths): SessionOnDisk[] {
  const sessions: SessionOnDisk[] = [];
  for (const run of namesIn(state.sessions).toSorted()) {
    const paths = runPaths(state, run);
    const status = readStatus(paths.status);
    if (status === null) continue;
    const alive = isRunning(paths, status);
    sessions.push({ paths, status: alive ? status : ended(status), alive });
  }
  return sessions.toSorted((a, b) => startOf(a) - startOf(b));
}

const startOf = ({ status }: SessionOnDisk): number => Date.parse(status.started_at);

/** Whether the guard of this run is alive. */
export function isGuardRunning(state: StatePaths, run: string): boolean {
  const paths = runPaths(state, run);
  const status = readStatus(paths.status);
  return status !== null && isRunning(paths, status);
}

/** A guard elsewhere that has been silent for so long is gone. */
const silentMs = 3 * 60_000;

const isRunning = (paths: RunPaths, status: Status) =>
  status.state !== 'ended' && mayLive(paths, status, Date.now() - silentMs);

/** @param heardSinceMs one elsewhere counts only if it has been heard of since then */
function mayLive(paths: RunPaths, { pid, start_time, place }: Status, heardSinceMs: number): boolean {
  if (!isElsewhere(place)) return isAlive({ pid, startTime: start_time });
  return changedAt([paths.journal, paths.status], Number.POSITIVE_INFINITY) > heardSinceMs;
}

/** Shown for a run whose guard did not record its own end. */
export const killedMessage = 'its guard was killed';

function ended(status: Status): Status {
  const { state, message, attempt, connection, agent_pid } = status;
  const isEnded = state === 'ended' || state === 'gave_up';
  // Mostly there is nothing to change, and a copy of every run there was takes time.
  if (isEnded && message === null && attempt === null && connection === null && agent_pid === null)
    return status;
  const over = { attempt: null, connection: null, agent_pid: null };
  return { ...status, ...over, message: isEnded ? null : killedMessage, state: isEnded ? state : 'ended' };
}

const keptRuns = 50;
const keptMs = 14 * 24 * 3_600_000;
const startingMs = 3_600_000;
/** A guard elsewhere may also be stopped or asleep. What it needs is left alone for longer. */
const neededMs = 24 * 3_600_000;

/**
 * Removes the folders of ended runs that are old or not among the newest 50. From the others, removes what a guard that
 * was killed could not: the person's private words, half-written files. Never throws.
 */
export function removeOldRuns(state: StatePaths, nowMs: number): void {
  const over = runNames(state)
    .map((run) => runPaths(state, run))
    .map((paths) => ({
      paths,
      status: readStatus(paths.status),
      ageMs: nowMs - changedAt([paths.status, paths.folder], nowMs),
    }))
    .filter(({ paths, status }) => status === null || !mayLive(paths, status, nowMs - neededMs))
    .sort((a, b) => a.ageMs - b.ageMs);
  for (const [index, { paths, status, ageMs }] of over.entries()) {
    const starting = status === null && ageMs < startingMs; // its guard may be about to write the first status
    if (starting) continue;
    if (index < keptRuns && ageMs < keptMs) forget(paths);
    else remove(paths.folder);
  }
}

function forget({ folder, spool }: RunPaths): void {
  remove(spool);
  remove(join(folder, roomName));
  removeHalfWritten(folder);
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Not ours to remove, or in use; the next run tries again.
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // the folder has gone meanwhile
  }
}

function runNames(state: StatePaths): string[] {
  try {
    return readdirSync(state.sessions, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return []; // no run yet
  }
}

/**
 * When the first of these that is there has changed.
 * @param unknown if the disk does not say: then nothing is removed
 */
function changedAt(paths: readonly string[], unknown: number): number {
  try {
    for (const path of paths) {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat !== undefined) return stat.mtimeMs;
    }
    return 0;
  } catch {
    return unknown;
  }
}
