/**
 * The conversation file, read as it grows: from its present end, or from the beginning when it appears only later.
 * It is followed by session, not by name, because the agent moves to another file with /clear and /resume.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type FSWatcher, watch } from 'chokidar';
import type { Observation } from '../events.ts';
import type { Emit, Sensor } from './sensor.ts';

export interface TranscriptSensorOptions {
  readonly read: (record: unknown) => readonly Observation[];
  /** Finds the file of a session whose path is not known. */
  readonly find: (sessionId: string) => Promise<string | null>;
  readonly pollMs?: number;
}

export interface TranscriptSensor extends Sensor {
  /** Reads on, because something has happened: a file that is not there yet is not watched. */
  readOn(): void;
  /** Goes on with this session's file; null: its path is not known (yet). Resolves when it has been read so far. */
  follow(sessionId: string, path: string | null): Promise<void>;
}

interface Session {
  readonly id: string;
  readonly path: string | null;
}

const chunkBytes = 1_048_576;

async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.size ?? null;
}

/** Reads one file from an offset on; a last line without its end is kept for later. */
function createTail(path: string, start: number, onRecord: (record: unknown) => void) {
  let offset = start;
  let partial: Buffer = Buffer.alloc(0);

  function take(bytes: Buffer): void {
    const end = bytes.lastIndexOf(0x0a);
    const complete = end < 0 ? '' : Buffer.concat([partial, bytes.subarray(0, end)]).toString('utf8');
    partial = end < 0 ? Buffer.concat([partial, bytes]) : Buffer.from(bytes.subarray(end + 1));
    for (const line of complete.split('\n')) {
      if (line.trim() === '') continue;
      let record: unknown;
      try {
        record = JSON.parse(line);
      } catch {
        continue; // torn by a kill; the agent skips such a line, too
      }
      onRecord(record);
    }
  }

  async function readFrom(file: FileHandle): Promise<void> {
    const buffer = Buffer.alloc(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, offset);
      if (bytesRead === 0) return;
      offset += bytesRead;
      take(buffer.subarray(0, bytesRead));
    }
  }

  return {
    path,
    async readOn(): Promise<void> {
      const size = await sizeOf(path);
      if (size === null || size === offset) return;
      if (size < offset) {
        // Replaced by a shorter one (a repair): what it holds is known.
        offset = size;
        partial = Buffer.alloc(0);
        return;
      }
      const file = await open(path);
      try {
        await readFrom(file);
      } finally {
        await file.close();
      }
    },
  };
}

export function transcriptSensor({ read, find, pollMs = 4_000 }: TranscriptSensorOptions): TranscriptSensor {
  let emit: Emit | null = null;
  /** The session that was asked for last, and the one whose turn has come in the order of work. */
  let wanted: Session | null = null;
  let session: Session | null = null;
  let tail: ReturnType<typeof createTail> | null = null;
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();
  let isQueued = false;

  const onRecord = (record: unknown) => {
    for (const observation of read(record)) emit?.(observation);
  };

  /** @param fromStart the file was not there when the session was begun: all of it is news */
  async function openTail(fromStart: boolean): Promise<void> {
    if (session === null || tail !== null) return;
    const path = session.path ?? (await find(session.id));
    const size = path === null ? null : await sizeOf(path);
    if (path === null || size === null) return;
    tail = createTail(path, fromStart ? 0 : size, onRecord);
    watcher = watch(path)
      .on('change', () => enqueue())
      // Out of watches, say: the slow look goes on.
      .on('error', (error) => emit?.({ type: 'sensor.failed', sensor: 'transcript', detail: String(error) }));
  }

  function enqueue(): void {
    if (emit === null || isQueued) return;
    isQueued = true;
    work = work.then(async () => {
      isQueued = false;
      try {
        await openTail(true);
        await tail?.readOn();
      } catch (error) {
        emit?.({ type: 'sensor.failed', sensor: 'transcript', detail: String(error) });
      }
    });
  }

  function leave(): void {
    void watcher?.close();
    watcher = undefined;
    tail = null;
  }

  return {
    name: 'transcript',
    start(into) {
      emit = into;
      timer = setInterval(enqueue, pollMs);
      timer.unref();
    },
    readOn: enqueue,
    follow(sessionId, path) {
      const isSame =
        wanted?.id === sessionId && (path === null || path === wanted.path || path === tail?.path);
      if (!isSame) {
        const next = { id: sessionId, path };
        wanted = next;
        work = work.then(async () => {
          // The old file's last lines are read before it is left.
          await tail?.readOn().catch(() => {});
          leave();
          session = next;
          await openTail(false).catch(() => {});
        });
      }
      enqueue();
      return work;
    },
    async stop() {
      clearInterval(timer);
      await work;
      leave();
      emit = null;
    },
  };
}
