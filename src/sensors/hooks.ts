/**
 * Hooks: each one leaves its input as a file in the spool folder. The files are read in the order in which they were
 * written, and then deleted. They may be read seconds later, so each observation tells when its file was written. Files
 * that do not come from the agent (`hook-source.ts`) are deleted unread. The observations contain none of the person's
 * words. Only `onPayload` gets the whole payload, for the ledger of tools, and the payload is never journalled.
 */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import type { Millis, Observation } from '../events.ts';
import { createPoll } from './poll.ts';
import type { Emit, Sensor } from './sensor.ts';

export interface HookSensorOptions {
  readonly spoolDir: string;
  /** Whether the file of this name comes from the agent itself. */
  readonly isOurs: (fileName: string) => boolean;
  readonly read: (payload: unknown) => readonly Observation[];
  /** Called with each whole payload, before its observations are emitted. */
  readonly onPayload?: (payload: unknown) => void;
  /** File watchers miss changes on some file systems, so the folder is also read this often. */
  readonly pollMs?: number;
}

interface Spooled {
  readonly path: string;
  /** By the clock of the file system, which may be another machine's. */
  readonly writtenAtNs: bigint;
}

const changedAtNs = async (path: string): Promise<bigint> => (await stat(path, { bigint: true })).mtimeNs;

/** Complete files, oldest first, by the time of their last write, which renaming does not change. */
async function listSpool(spoolDir: string): Promise<readonly Spooled[]> {
  const names = (await readdir(spoolDir)).filter((name) => name.endsWith('.json'));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(spoolDir, name);
      return { path, writtenAtNs: await changedAtNs(path) };
    }),
  );
  return found.toSorted((a, b) => (a.writtenAtNs < b.writtenAtNs ? -1 : 1));
}

/** @throws an error that does not quote the text, because it may hold the person's words */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('a payload is not JSON');
  }
}

export interface HookSensor extends Sensor {
  /** Resolves once everything that is in the spool now has been reported. */
  catchUp(): Promise<void>;
}

export function hookSensor(options: HookSensorOptions): HookSensor {
  const { spoolDir, isOurs, read, onPayload, pollMs = 4_000 } = options;
  let watcher: FSWatcher | undefined;
  const poll = createPoll(readSoon, pollMs);
  let emit: Emit = () => {};
  let reading: Promise<void> = Promise.resolve();
  let isQueued = false;
  /** The error of the last reading. The same error is reported only once in a row. */
  let failure = '';
  /**
   * When the latest reading began, which has left nothing behind, or when the last file was written, if that was later.
   */
  let notBefore: Millis = 0;

  async function readAll(): Promise<void> {
    await mkdir(spoolDir, { recursive: true, mode: 0o700 }); // somebody may have cleaned up temporary files
    const looksAt = performance.now();
    let failed: unknown = null;
    for (const { path, writtenAtNs } of await listSpool(spoolDir)) {
      const text = isOurs(basename(path)) ? await readFile(path, 'utf8') : null;
      await rm(path, { force: true });
      // The folder has just changed, so it shows what the time is on the clock that has stamped the file.
      const nowNs = await changedAtNs(spoolDir).catch(() => writtenAtNs);
      const now = performance.now();
      const ageMs = Number(nowNs - writtenAtNs) / 1e6;
      try {
        notBefore = Math.min(now, Math.max(notBefore, now - ageMs));
        if (text !== null) report(parse(text), notBefore);
      } catch (error) {
        failed ??= error; // the files behind it are read all the same
      }
    }
    notBefore = Math.max(notBefore, looksAt);
    if (failed !== null) throw failed;
  }

  function report(payload: unknown, writtenAt: Millis): void {
    onPayload?.(payload);
    for (const observation of read(payload)) emit({ ...observation, writtenAt });
  }

  /** Reads once at a time. However often this is called during a reading, only one more follows. */
  function readSoon(): void {
    if (isQueued) return;
    isQueued = true;
    reading = reading.then(async () => {
      isQueued = false;
      try {
        await readAll();
        failure = '';
      } catch (error) {
        if (failure !== String(error))
          emit({ type: 'sensor.failed', sensor: 'hooks', detail: String(error) });
        failure = String(error);
      }
    });
  }

  async function catchUp(): Promise<void> {
    readSoon();
    await reading;
  }

  return {
    name: 'hooks',
    async start(into) {
      emit = into;
      await mkdir(spoolDir, { recursive: true, mode: 0o700 });
      watcher = watch(spoolDir, { depth: 0 }).on('add', readSoon);
      watcher.on('error', (error) => emit({ type: 'sensor.failed', sensor: 'hooks', detail: String(error) }));
      poll.start();
    },
    rest: poll.rest,
    catchUp,
    /** First reads what has arrived, because the agent's last hook reports how the session ended. */
    async stop() {
      poll.stop();
      await watcher?.close();
      await catchUp();
      // An agent in the background may live on. Nobody reads its hooks any more, so their files must not pile up.
      await rm(spoolDir, { recursive: true, force: true });
    },
  };
}
