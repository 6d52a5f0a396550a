/**
 * The person's terminal as a place to write to.
 *
 * `process.stdout` blocks the whole process when it is a terminal that does not take output, and the tunnel lives in
 * this process. So the device is opened a second time (the shell's own open file is untouched) and wrapped in a
 * `tty.ReadStream`, which, unlike `tty.WriteStream`, writes without blocking: what the kernel takes is written at
 * once, the rest by readiness, in order.
 */
import { constants, openSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';

export interface Output {
  /** False: much is waiting (64 KiB), stop the source until `drained`. Bytes that have to wait are copied. */
  write(bytes: Uint8Array | string): boolean;
  /** For the last words of a process: waits for the terminal 100 ms at most, overtakes nothing but waiting bytes. */
  writeNow(text: string): void;
  /** All waiting bytes are written, the terminal is gone, or `limitMs` have passed. */
  flush(limitMs: number): Promise<void>;
}

export interface OutputListener {
  /** The terminal has taken nothing for half a second. Comes once until `drained`. */
  blocked(): void;
  /** Nothing waits any more; `told`: `blocked` had been called. */
  drained(told: boolean): void;
  /** The terminal is gone; what is written from now on is dropped. */
  gone(): void;
}

/** How much of a write the kernel has not taken yet: node keeps it to itself, and tells of a write as a whole only. */
interface Inside {
  readonly _handle?: { readonly writeQueueSize?: number };
}

const BOUND_BYTES = 65_536;
const BLOCKED_MS = 500;
const LAST_WORDS_TRIES = 20;
const LAST_WORDS_PAUSE_MS = 5;

export function openOutput(listener: OutputListener): Output {
  const { stream, fd, direct } = openTerminal();
  let blocked: NodeJS.Timeout | undefined;
  /** Finished writes, and what the unfinished one still holds, as of the last look. */
  let seen = '';
  let finished = 0;
  let told = false;
  let flushed: (() => void)[] = [];
  let gone = false;

  function settle(): void {
    clearTimeout(blocked);
    blocked = undefined;
    for (const done of flushed) done();
    flushed = [];
  }
  /** A line that is merely slow takes something all the time; only one that takes nothing is blocked. */
  function watch(): void {
    const unwritten = (stream as Partial<Inside>)._handle?.writeQueueSize;
    const now = `${finished} ${unwritten}`;
    if (now === seen) {
      told = true;
      listener.blocked();
      return;
    }
    seen = now;
    blocked = setTimeout(watch, BLOCKED_MS).unref();
  }
  // Called for each finished write; the stream's own `drain` does not come for a last write below its mark.
  function wrote(): void {
    finished += 1;
    if (!blocked || stream.writableLength > 0) return;
    settle();
    listener.drained(told);
    told = false;
  }
  stream.on('error', () => {
    if (gone) return;
    gone = true;
    settle();
    listener.gone();
  });

  /** Bytes taken; what is wrong, if anything is, the stream will find out. */
  function writeAtOnce(bytes: Uint8Array): number {
    if (!direct) return 0;
    try {
      return writeSync(fd, bytes);
    } catch {
      return 0;
    }
  }

  return {
    write(bytes) {
      const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      // Straight to the kernel while nothing waits: half the cost of going through the stream.
      const taken = gone || stream.writableLength > 0 ? 0 : writeAtOnce(all);
      if (gone || taken === all.length) return true;
      stream.write(Buffer.from(all.subarray(taken)), wrote);
      if (!blocked) watch();
      return stream.writableLength < BOUND_BYTES;
    },
    writeNow(text) {
      const bytes = Buffer.from(text);
      const pause = new Int32Array(new SharedArrayBuffer(4));
      for (let at = 0, tries = 0; at < bytes.length && !gone && tries < LAST_WORDS_TRIES; tries++) {
        try {
          at += writeSync(fd, bytes, at);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
          Atomics.wait(pause, 0, 0, LAST_WORDS_PAUSE_MS);
        }
      }
    },
    flush(limitMs) {
      if (gone || stream.writableLength === 0) return Promise.resolve();
      return new Promise((resolve) => {
        setTimeout(resolve, limitMs).unref();
        flushed.push(resolve);
      });
    },
  };
}

/** Falls back to `process.stdout`, which may block, where the device cannot be opened again. */
function openTerminal(): { readonly stream: Writable; readonly fd: number; readonly direct: boolean } {
  const path = process.platform === 'linux' ? '/proc/self/fd/1' : '/dev/tty';
  try {
    const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    return { stream: new ReadStream(fd), fd, direct: true };
  } catch {
    return { stream: process.stdout, fd: 1, direct: false };
  }
}
