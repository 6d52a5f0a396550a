/** Reads a run's journal: its files in the order in which they were written, without torn and foreign lines. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { JournalEntry, JournalHeader } from './journal.ts';

export interface JournalFile {
  readonly path: string;
  readonly header: JournalHeader;
  /** The core's state before the first entry, as it was written. */
  readonly checkpoint: unknown;
  readonly entries: readonly JournalEntry[];
}

/** Oldest first; empty if the run left no journal. Files without a header are left out. */
export function readJournal(path: string): JournalFile[] {
  return journalFiles(path).flatMap((file) => [readJournalFile(file) ?? []].flat());
}

/** Null if the file cannot be read or does not begin with a header. */
export function readJournalFile(path: string): JournalFile | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  const [first, ...entries] = text.split('\n').flatMap(parse);
  if (first === undefined || typeof first.header !== 'object' || first.header === null) return null;
  return {
    path,
    header: first.header as JournalHeader,
    checkpoint: first.checkpoint,
    entries: entries.filter(isEntry),
  };
}

/** Oldest first. */
export function journalFiles(path: string): string[] {
  const name = basename(path, '.jsonl');
  const age = (file: string) => Number(file.slice(name.length + 1).replace('.jsonl', '')) || 0;
  try {
    return readdirSync(dirname(path))
      .filter((file) => file.startsWith(`${name}.`) && /^(\d+\.)?jsonl$/.test(file.slice(name.length + 1)))
      .sort((a, b) => age(b) - age(a))
      .map((file) => join(dirname(path), file));
  } catch {
    return [];
  }
}

/** The line's object, or nothing. */
function parse(line: string): Record<string, unknown>[] {
  if (line === '') return [];
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
  } catch {
    return [];
  }
}

function isEntry(value: object): value is JournalEntry {
  return (
    'at' in value &&
    typeof value.at === 'number' &&
    ('event' in value || 'verdict' in value || 'effect' in value)
  );
}
