/**
 * What was learnt about each API host's healthy silences, kept across runs in one small file. Old lessons fade, so a
 * bad day, or the slow days of a host that has become fast, are forgotten within weeks. Several guards share the file;
 * each adds to what the others have learnt meanwhile.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Health, maxLessonMs, noHealth } from '../detect/health.ts';
import { replaceFileSync } from '../platform/atomic-file.ts';
import { acquireLock } from '../platform/lock.ts';

export interface HostMemory {
  /** As of now; zeros for an unknown host. */
  recall(): Health;
  remember(health: Health): void;
}

/** How many hosts are kept; the least recently updated one is dropped. */
const keptHosts = 50;
/** A lesson that nothing has confirmed counts for half after this time. */
const halfLifeMs = 7 * 24 * 3_600_000;
/** While another guard writes: pause between tries, and number of tries. */
const retryMs = 50;
const retries = 100;

interface Entry {
  readonly first_byte_ms: number;
  readonly stream_ms: number;
  readonly pings?: true;
  /** Unix milliseconds of the lesson. */
  readonly at_ms: number;
}
type Entries = Readonly<Record<string, Entry>>;

/**
 * @param host null: it is not known, so nothing is kept
 * @param now wall clock, Unix milliseconds; for tests
 */
export function openHostMemory(
  stateRoot: string,
  host: string | null,
  degraded: (detail: string) => void,
  now: () => number = Date.now,
): HostMemory {
  if (host === null) return { recall: () => noHealth, remember: () => {} };
  const path = join(stateRoot, 'hosts.json');

  const remember = (health: Health, attempts: number): void => {
    try {
      const lock = acquireLock(`${path}.lock`);
      if (!lock.held) {
        if (attempts > 0) setTimeout(remember, retryMs, health, attempts - 1).unref();
        return; // after the last try the lesson is lost, and will be learnt again
      }
      try {
        replaceFileSync(path, `${JSON.stringify(withLesson(read(path), host, health, now()))}\n`);
      } finally {
        lock.release();
      }
    } catch (error) {
      degraded(`hosts: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    recall: () => faded(read(path)[host], now()),
    remember: (health) => remember(health, retries),
  };
}

/** The longest silences known for the host, whichever guard saw them. The host moves to the end of the file. */
function withLesson(entries: Entries, host: string, health: Health, nowMs: number): Entries {
  const { [host]: before, ...others } = entries;
  const known = faded(before, nowMs);
  const entry: Entry = {
    first_byte_ms: Math.round(Math.max(health.firstByteMs, known.firstByteMs)),
    stream_ms: Math.round(Math.max(health.streamMs, known.streamMs)),
    ...((health.pings || known.pings) && { pings: true }),
    at_ms: Math.round(nowMs),
  };
  const kept = Object.entries(others).slice(1 - keptHosts);
  return { ...Object.fromEntries(kept), [host]: entry };
}

/** Setting the clock back does not make a lesson stronger than it was. */
function faded(entry: Entry | undefined, nowMs: number): Health {
  if (!entry) return noHealth;
  const share = 0.5 ** (Math.max(0, nowMs - entry.at_ms) / halfLifeMs);
  return {
    firstByteMs: entry.first_byte_ms * share,
    streamMs: entry.stream_ms * share,
    ...(entry.pings === true && { pings: true }),
  };
}

function read(path: string): Entries {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(isEntry));
  } catch {
    return {}; // no file yet, or a damaged one: everything is learnt again
  }
}

/** A figure that cannot have been learnt would switch off detection for this host. */
function isEntry(pair: [string, Partial<Entry> | null]): pair is [string, Entry] {
  const [, entry] = pair;
  const isLesson = (ms = Number.NaN) => ms >= 0 && ms <= maxLessonMs;
  return isLesson(entry?.first_byte_ms) && isLesson(entry?.stream_ms) && Number.isFinite(entry?.at_ms);
}
