/**
 * The journal: one JSON line per event, verdict and effect, in the order in which they happened, so that any run can be
 * replayed through the pure core. Line 1 of every file is a header with the core's state at that point, so each file
 * replays alone.
 *
 * Writes are asynchronous and positional: if `close()` has to write a chunk synchronously that is still being written,
 * the same bytes go to the same place. If the journal fails (disk full), it is dropped and reported once; the session
 * goes on.
 */
import { closeSync, openSync, renameSync, rmSync, write, writeSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import type { Event, Millis } from '../events.ts';

/** Changes if a reader made for older files would misunderstand a line. */
export const journalFormat = 1;

export interface JournalHeader {
  readonly format: typeof journalFormat;
  readonly guard_version: string;
  readonly agent: { readonly id: string; readonly version: string | null };
  readonly config: Config;
  /** The same instant on both clocks. */
  readonly wall_ms: number;
  readonly monotonic_ms: Millis;
  /** Seed of the jitter in backoff. */
  readonly seed: number;
}

/** A line after the header; times are monotonic. */
export type JournalEntry =
  | { readonly at: Millis; readonly event: Event }
  | { readonly at: Millis; readonly verdict: object }
  | { readonly at: Millis; readonly effect: object };

export interface JournalOptions {
  readonly path: string;
  readonly header: JournalHeader;
  /** The core's state as plain data; called when a new file begins, between two events. */
  readonly checkpoint: () => unknown;
  readonly onFailure: (detail: string) => void;
  /** A new file begins after this many bytes. */
  readonly rotateBytes?: number;
  /** Files kept in addition to the current one; journal.1.jsonl is the newest of them. */
  readonly keep?: number;
}

export interface Journal {
  record(entry: JournalEntry): void;
  /** Writes what is left, synchronously. Later entries are ignored. */
  close(): void;
}

const flushMs = 1_000;
const largestBacklogBytes = 4 * 1024 * 1024;

type Segment = Buffer | 'new file';

export function openJournal(options: JournalOptions): Journal {
  const rotateBytes = options.rotateBytes ?? 8 * 1024 * 1024;
  let open = true;
  // What has not been written yet: first whole segments, then the lines of the current second.
  let lines: string[] = [];
  const segments: Segment[] = [];
  let backlogBytes = 0;
  /** Size of the file that will hold the newest line. */
  let fileBytes = 0;
  let timer: NodeJS.Timeout | null = null;
  let descriptor: number | null = null;
  let position = 0;
  let inFlight: Buffer | null = null;

  const closeFile = () => {
    if (descriptor !== null) closeSync(descriptor);
    descriptor = null;
  };
  const fail = (error: unknown) => {
    if (!open) return;
    open = false;
    if (timer !== null) clearTimeout(timer);
    lines = [];
    segments.length = 0;
    if (inFlight === null) closeFile();
    options.onFailure(error instanceof Error ? error.message : String(error));
  };

  const append = (value: unknown) => {
    const line = `${JSON.stringify(value)}\n`;
    const bytes = Buffer.byteLength(line);
    lines.push(line);
    fileBytes += bytes;
    backlogBytes += bytes;
  };
  const gather = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (lines.length > 0) segments.push(Buffer.from(lines.join('')));
    lines = [];
  };
  const beginFile = () => {
    gather();
    segments.push('new file');
    fileBytes = 0;
    append({ header: withoutCommands(options.header), checkpoint: options.checkpoint() });
  };

  const startFile = () => {
    closeFile();
    shift(options.path, options.keep ?? 3);
    descriptor = openSync(options.path, 'wx', 0o600);
    position = 0;
  };
  const writeSegment = (segment: Buffer) => {
    if (descriptor === null) return;
    inFlight = segment;
    write(descriptor, segment, 0, segment.length, position, (error, written) => {
      inFlight = null;
      if (!open) return closeFile();
      if (error !== null) return fail(error);
      if (written < segment.length) return fail(new Error('no space left for the journal'));
      position += written;
      backlogBytes -= written;
      pump();
    });
  };
  /** Writes segment by segment. Between two segments no write is in flight, so the file can be changed. */
  const pump = () => {
    try {
      while (inFlight === null) {
        const segment = segments.shift();
        if (segment === undefined) return;
        if (segment === 'new file') startFile();
        else writeSegment(segment);
      }
    } catch (error) {
      fail(error);
    }
  };
  const flush = () => {
    gather();
    pump();
  };
  const writeWhole = (segment: Buffer) => {
    if (descriptor === null) return;
    for (let done = 0; done < segment.length; ) {
      done += writeSync(descriptor, segment, done, segment.length - done, position + done);
    }
    position += segment.length;
  };

  beginFile();
  flush();

  return {
    record(entry) {
      if (!open) return;
      // A file ends before an event, never between an event and its effects, because only there is the checkpoint
      // exact.
      if ('event' in entry && fileBytes >= rotateBytes) beginFile();
      append(entry);
      if (backlogBytes > largestBacklogBytes) return fail(new Error('the disk is too slow for the journal'));
      if ('effect' in entry) return flush();
      timer ??= setTimeout(flush, flushMs).unref();
    },
    close() {
      if (!open) return;
      try {
        gather();
        if (inFlight !== null) writeWhole(inFlight);
        for (const segment of segments.splice(0)) {
          if (segment !== 'new file') {
            writeWhole(segment);
            continue;
          }
          if (inFlight !== null) descriptor = null; // the write in flight uses it; the process ends anyway
          startFile();
        }
        open = false;
        if (inFlight === null) closeFile();
      } catch (error) {
        fail(error);
      }
    },
  };
}

/** The person's own command may contain a password, and journals are shared. */
function withoutCommands(header: JournalHeader): JournalHeader {
  const { notify } = header.config;
  const on_incident = notify.on_incident === null ? null : '(set)';
  return { ...header, config: { ...header.config, notify: { ...notify, on_incident } } };
}

/** journal.jsonl → journal.1.jsonl → journal.2.jsonl …; the oldest is deleted. */
function shift(path: string, keep: number): void {
  const numbered = (index: number) => (index === 0 ? path : path.replace(/\.jsonl$/, `.${index}.jsonl`));
  rmSync(numbered(keep), { force: true });
  for (let index = keep - 1; index >= 0; index--) {
    try {
      renameSync(numbered(index), numbered(index + 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
