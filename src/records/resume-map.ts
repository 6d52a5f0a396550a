/**
 * `resume-map.json`: which session runs in which tmux pane, and how to resume it, so that `guardctl restore` can bring
 * it back after the tmux server was lost. A session that the person leaves, or whose pane they close, is removed; one
 * ended with its server, by a shutdown or by a crash stays. The file holds no prompt and no inline setting.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { replaceFileSync } from '../platform/atomic-file.ts';
import { acquireLock } from '../platform/lock.ts';
import type { StatePaths } from '../platform/paths.ts';
import { isAlive } from '../platform/process-identity.ts';
import { isGuardRunning } from './sessions.ts';

export interface ResumeEntry {
  readonly run: string;
  readonly socket: string;
  readonly server_pid: number;
  readonly server_start_time: string;
  /** `session:window.pane`, as last seen. */
  readonly pane: string;
  readonly cwd: string;
  readonly session_id: string;
  /** Arguments after `guarded-claude`. */
  readonly args: readonly string[];
  /** Flags of the launch that are not kept, because their values may be private. */
  readonly left_out: readonly string[];
  /** Variables that decide which agent and which home were used. */
  readonly variables: Readonly<Record<string, string>>;
  readonly updated_at: string;
}

export const resumeMapPath = (state: StatePaths) => join(state.root, 'resume-map.json');

const keptMs = 30 * 24 * 3_600_000;
const tries = 40;
const tryMs = 50;

/** Empty if there is no map, or it is damaged. */
export function readResumeMap(state: StatePaths): ResumeEntry[] {
  try {
    const value: unknown = JSON.parse(readFileSync(resumeMapPath(state), 'utf8'));
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    return [];
  }
}

/**
 * Puts the entry on the map and removes older ones of the same run or live pane. One of the same session is removed if
 * its guard is gone: the session was resumed. A living guard takes its own entry off.
 */
export const putOnMap = (state: StatePaths, entry: ResumeEntry): Promise<void> =>
  change(state, (entries) => [
    ...entries.filter(
      (other) =>
        other.run !== entry.run &&
        (other.session_id !== entry.session_id || isGuardRunning(state, other.run)) &&
        !isSamePane(other, entry),
    ),
    entry,
  ]);

/**
 * The run's guard is gone, and its session is being resumed here. Once that has happened, the entry is no longer there.
 */
export const moveOnMap = (
  state: StatePaths,
  run: string,
  place: Pick<ResumeEntry, 'pane' | 'server_pid' | 'server_start_time'>,
): Promise<void> =>
  change(state, (entries) => entries.map((entry) => (entry.run === run ? { ...entry, ...place } : entry)));

export const takeOffMap = (state: StatePaths, run: string): Promise<void> =>
  change(state, (entries) => entries.filter((entry) => entry.run !== run));

export const isServerAlive = ({ server_pid, server_start_time }: ResumeEntry) =>
  isAlive({ pid: server_pid, startTime: server_start_time });

const isSamePane = (one: ResumeEntry, other: ResumeEntry) =>
  one.pane === other.pane &&
  one.server_pid === other.server_pid &&
  one.server_start_time === other.server_start_time;

/** Rejects if the file cannot be written, or if others hold its lock for too long. */
async function change(
  state: StatePaths,
  edit: (entries: readonly ResumeEntry[]) => readonly ResumeEntry[],
): Promise<void> {
  const path = resumeMapPath(state);
  for (let attempt = 0; attempt < tries; attempt++) {
    const lock = acquireLock(`${path}.lock`);
    if (lock.held) {
      try {
        const before = readResumeMap(state);
        const after = edit(before).filter(({ updated_at }) => Date.now() - Date.parse(updated_at) < keptMs);
        if (JSON.stringify(after) !== JSON.stringify(before))
          replaceFileSync(path, `${JSON.stringify(after, null, 2)}\n`);
        return;
      } finally {
        lock.release();
      }
    }
    await pause(tryMs);
  }
  throw new Error(`${path} is held by another process`);
}

function isEntry(value: unknown): value is ResumeEntry {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Record<string, unknown>;
  const texts = ['run', 'socket', 'server_start_time', 'pane', 'cwd', 'session_id', 'updated_at'];
  return (
    texts.every((name) => typeof record[name] === 'string') &&
    typeof record.server_pid === 'number' &&
    areTexts(record.args) &&
    areTexts(record.left_out) &&
    typeof record.variables === 'object' &&
    record.variables !== null &&
    areTexts(Object.values(record.variables))
  );
}

const areTexts = (value: unknown) => Array.isArray(value) && value.every((text) => typeof text === 'string');
