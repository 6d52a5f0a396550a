/**
 * Where our own standard error goes, if that is no terminal. To a pipe, node writes its errors synchronously, so a
 * reader that stops would stop the whole guard, including the tunnel. So this module opens a pipe a second time, which
 * leaves the open file of others alone, and writes to it without blocking.
 */
import { constants, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

export interface ErrorsEnd {
  /** False: much is waiting, so the source must pause until `drained`. */
  write(bytes: Uint8Array): boolean;
  /** Resolves once all is written, nobody reads any more, or the time is up. */
  flush(limitMs: number): Promise<void>;
}

export interface ErrorsEndListener {
  /** The reader has not taken what waits for half a second. Called once until `drained`. */
  blocked(): void;
  /** Nothing waits any more. `told`: `blocked` has been called. */
  drained(told: boolean): void;
}

const blockedMs = 500;

export function openErrorsEnd(listener: ErrorsEndListener): ErrorsEnd {
  const stream = openAgain();
  let unwritten = 0;
  let gone = false;
  let isFull = false;
  let told = false;
  let timer: NodeJS.Timeout | undefined;
  let flushed = (): void => {};
  stream.on('error', () => {}); // each write reports it

  function wrote(error?: Error | null): void {
    gone ||= error instanceof Error; // nobody reads it any more
    if (--unwritten > 0) return;
    flushed();
    if (!isFull) return;
    clearTimeout(timer);
    listener.drained(told);
    isFull = told = false;
  }

  return {
    write(bytes) {
      if (gone) return true;
      unwritten += 1;
      if (stream.write(bytes, wrote)) return true;
      if (!isFull)
        timer = setTimeout(() => {
          told = true;
          listener.blocked();
        }, blockedMs).unref();
      isFull = true;
      return false;
    },
    flush(limitMs) {
      if (unwritten === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const limit = setTimeout(resolve, limitMs);
        flushed = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    },
  };
}

/** What is no pipe, or cannot be opened again, takes what node writes: a file never stops anybody for long. */
function openAgain(): Writable {
  try {
    if (fstatSync(2).isFIFO() && process.platform === 'linux') {
      const fd = openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK);
      return new Socket({ fd, readable: false, writable: true });
    }
  } catch {
    // it belongs to somebody else, or nobody reads it
  }
  return process.stderr;
}
