/**
 * The metrics of all guards on this machine in one file, for node_exporter's textfile collector or any other reader of
 * OpenMetrics text. Every guard adds its own counts under a lock and replaces the file as a whole.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { replaceFileSync } from '../platform/atomic-file.ts';
import { followLinks } from '../platform/links.ts';
import { acquireLock } from '../platform/lock.ts';
import type { StatePaths } from '../platform/paths.ts';
import { readSessions } from '../records/sessions.ts';
import { type SessionState, sessionStates } from '../records/status.ts';
import type { Measurement } from './instruments.ts';
import { openMetricsText, readSeries, withMeasurements } from './open-metrics.ts';

export interface Textfile {
  add(measurements: readonly Measurement[]): void;
  /** The state of a session has changed. */
  changed(): void;
  /** Writes what is left, or gives up after `limitMs`, because other guards may hold the file. */
  close(limitMs: number): Promise<void>;
}

/** Collectors read every 15 s or so. */
const periodMs = 3_000;
const lastTryMs = 50;

/**
 * @param run this guard's own run
 * @param degraded called once; the counts are kept until the file can be written again
 */
export function openTextfile(
  path: string,
  state: StatePaths,
  run: string,
  degraded: (detail: string) => void,
): Textfile {
  let pending: readonly Measurement[] = [];
  let timer: NodeJS.Timeout | null = null;
  let failed = false;
  let over = false;

  /** False: another guard is writing. */
  const write = (): boolean => {
    try {
      const file = followLinks(path);
      const lock = acquireLock(`${file}.lock`);
      if (!lock.held) return false;
      try {
        const series = withMeasurements(readSeries(read(file)), pending);
        // Readable by all: the collector runs as another user, and the text does not reveal who or where.
        replaceFileSync(file, openMetricsText(series, countSessions(state, over ? run : null)), {
          mode: 0o644,
        });
        pending = [];
      } finally {
        lock.release();
      }
    } catch (error) {
      if (!failed) degraded(`metrics file: ${error instanceof Error ? error.message : String(error)}`);
      failed = true;
    }
    return true;
  };
  const schedule = () => {
    timer ??= setTimeout(() => {
      timer = null;
      if (!write()) schedule();
    }, periodMs).unref();
  };
  return {
    add(measurements) {
      pending = [...pending, ...measurements];
      if (measurements.length > 0) schedule();
    },
    changed: schedule,
    async close(limitMs) {
      over = true;
      if (timer !== null) clearTimeout(timer);
      for (const end = performance.now() + limitMs; !write() && performance.now() < end; )
        await pause(lastTryMs);
    },
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error; // the file must not be replaced by counters that start at zero
  }
}

/** @param except a run that is over, although its guard still lives */
function countSessions(state: StatePaths, except: string | null): Record<string, number> {
  const counts = Object.fromEntries(Object.keys(sessionStates).map((name) => [name, 0])) as Record<
    SessionState,
    number
  >;
  for (const { status, alive } of readSessions(state))
    if (alive && status.run !== except) counts[status.state] += 1;
  return counts;
}
