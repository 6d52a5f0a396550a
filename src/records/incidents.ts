/**
 * incidents.jsonl: one whole line per state of an incident, appended with a single write, so that several guards can
 * share the file. The last line with an id counts. A file that is too large becomes incidents.1.jsonl, which is still
 * read.
 */
import { closeSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { acquireLock } from '../platform/lock.ts';
import type { StatePaths } from '../platform/paths.ts';
import { fieldsOf, isMoment, isText, listOf, orNull } from './shapes.ts';

/** As `guardctl incidents --json` prints it; times are ISO 8601. */
export interface IncidentRecord {
  readonly id: string;
  readonly run: string;
  readonly session_id: string | null;
  readonly agent_version: string | null;
  readonly class: string;
  readonly began_at: string;
  readonly detected_at: string;
  readonly ended_at: string | null;
  readonly evidence: readonly string[];
  readonly actions: readonly {
    readonly action: 'wait' | 'hold' | 'cut' | 'nudge' | 'relaunch' | 'ask';
    readonly at: string;
    readonly detail: string;
  }[];
  readonly outcome: 'recovered' | 'gave_up' | 'user' | 'open';
  /** When its cut became a suspected false positive; the incident may be over by then. */
  readonly regretted_at?: string;
}

const rotateBytes = 2 * 1024 * 1024;
const olderFile = (path: string) => path.replace(/\.jsonl$/, '.1.jsonl');

/** Throws if the file cannot be written. */
export function recordIncident(path: string, incident: IncidentRecord, limitBytes = rotateBytes): void {
  const line = Buffer.from(`${JSON.stringify(incident)}\n`);
  const descriptor = openSync(path, 'a', 0o600);
  try {
    const written = writeSync(descriptor, line);
    if (written < line.length) {
      writeSync(descriptor, '\n'); // so that the next line is not joined to the torn one
      throw new Error(`${path}: no space left for the incident`);
    }
  } finally {
    closeSync(descriptor);
  }
  if (sizeOf(path) > limitBytes) rotate(path, limitBytes);
}

/** 0 if another guard has just moved the file away. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * One guard at a time. The size is read again under the lock, because two rotations in a row would lose the first file.
 */
function rotate(path: string, limitBytes: number): void {
  const lock = acquireLock(`${path}.lock`);
  if (!lock.held) return;
  try {
    if (sizeOf(path) > limitBytes) renameSync(path, olderFile(path));
  } finally {
    lock.release();
  }
}

/** All incidents on record, oldest first, each in its last state. An incident of a dead guard may still be `open`. */
export function readIncidents(state: Pick<StatePaths, 'incidents'>): IncidentRecord[] {
  const byId = new Map<string, IncidentRecord>();
  for (const path of [olderFile(state.incidents), state.incidents]) {
    for (const line of readLines(path)) {
      const incident = parse(line);
      if (incident !== null) byId.set(incident.id, incident);
    }
  }
  return [...byId.values()].sort((a, b) => a.began_at.localeCompare(b.began_at));
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return []; // no incident yet
  }
}

/** Null for a torn or foreign line. */
function parse(line: string): IncidentRecord | null {
  if (line === '') return null;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return null;
    // In the order in which the record was written.
    const incident = { ...value, ...Object.fromEntries(neutral.filter(([name]) => !(name in value))) };
    return isIncident(incident) ? incident : null;
  } catch {
    return null;
  }
}

const isAction = fieldsOf({ action: isText, at: isMoment, detail: isText });
const isRecord = fieldsOf({
  id: isText,
  run: isText,
  session_id: orNull(isText),
  agent_version: orNull(isText),
  class: isText,
  began_at: isMoment,
  detected_at: isMoment,
  ended_at: orNull(isMoment),
  evidence: listOf(isText),
  actions: listOf(isAction),
  outcome: isText,
});

/** The fields that an incident may lack. */
const neutral = Object.entries({ session_id: null, agent_version: null, ended_at: null });

const isIncident = (value: unknown): value is IncidentRecord => isRecord(value);
