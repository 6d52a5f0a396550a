/**
 * The transcript, read as it grows: from its present end, or from the beginning if the file appears only later. The
 * sensor follows the session, not a file name, because the agent moves to another file after /clear and /resume.
 */
import { existsSync } from 'node:fs';
import { type FSWatcher, watch } from 'chokidar';
import type { Observation } from '../events.ts';
import { createPoll } from './poll.ts';
import type { Emit, Sensor } from './sensor.ts';
import { openTail, type Tail } from './tail.ts';

export interface TranscriptSensorOptions {
  readonly read: (record: unknown) => readonly Observation[];
  /** Finds the file of a session whose path is not known. */
  readonly find: (sessionId: string) => Promise<string | null>;
  readonly pollMs?: number;
}

export interface TranscriptSensor extends Sensor {
  /** Reads on, because something has happened. A file that does not exist yet cannot be watched. */
  readOn(): void;
  /**
   * Follows this session's file. Null: its path is not known, or not yet. Resolves once its present content has been
   * read.
   */
  follow(sessionId: string, path: string | null): Promise<void>;
}

interface Session {
  readonly id: string;
  readonly path: string | null;
  /** The file was seen to be missing, so all of it is new. It stays so until the file has been opened. */
  fromStart: boolean;
}

export function transcriptSensor({ read, find, pollMs = 4_000 }: TranscriptSensorOptions): TranscriptSensor {
  let emit: Emit | null = null;
  /** The session that was requested last, and the one that is being worked on. */
  let wanted: Session | null = null;
  let session: Session | null = null;
  let tail: Tail | null = null;
  let watcher: FSWatcher | undefined;
  const poll = createPoll(enqueue, pollMs);
  let work: Promise<void> = Promise.resolve();
  let isQueued = false;

  const onRecord = (record: unknown) => {
    for (const observation of read(record)) emit?.(observation);
  };

  const fail = (error: unknown) =>
    emit?.({ type: 'sensor.failed', sensor: 'transcript', detail: String(error) });

  /** Each step runs after the one before, whether or not that one has failed. */
  function afterwards(step: () => Promise<void>): void {
    work = work.then(step).catch(fail);
  }

  async function begin(): Promise<void> {
    if (session === null || tail !== null) return;
    const path = session.path ?? (await find(session.id));
    if (path === null || !existsSync(path)) {
      session.fromStart = true;
      return;
    }
    tail = await openTail(path, session.fromStart, onRecord);
    watcher = watch(path)
      .on('change', () => enqueue())
      // The system may have run out of file watches. Polling goes on.
      .on('error', fail);
  }

  function enqueue(): void {
    if (emit === null || isQueued) return;
    isQueued = true;
    afterwards(async () => {
      isQueued = false;
      await begin();
      await tail?.readOn();
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
      poll.start();
    },
    rest: poll.rest,
    readOn: enqueue,
    follow(sessionId, path) {
      const isSame =
        wanted?.id === sessionId && (path === null || path === wanted.path || path === tail?.path);
      if (!isSame) {
        const next = { id: sessionId, path, fromStart: path !== null && !existsSync(path) };
        wanted = next;
        afterwards(async () => tail?.readOn()); // the old file's last lines
        afterwards(async () => {
          leave();
          session = next;
          await begin();
        });
      }
      enqueue();
      return work;
    },
    async stop() {
      poll.stop();
      await work;
      leave();
      emit = null;
    },
  };
}
