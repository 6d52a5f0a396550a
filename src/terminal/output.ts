/**
 * The person's terminal as a place to write to.
 *
 * If `process.stdout` is a terminal that takes no output, it blocks the whole process, and the tunnel with it. So this
 * module opens the device a second time, which leaves the shell's open file alone, and wraps it in a `tty.ReadStream`.
 * Unlike a `tty.WriteStream`, that writes without blocking: at once what the kernel takes, and the rest, in order, when
 * the terminal is ready.
 */
import { constants, openSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';

export interface Output {
  /** False: 64 KiB are waiting, so the source must pause until `drained`. Bytes that have to wait are copied. */
  write(bytes: Uint8Array | string): boolean;
  /** For a process that is about to end: waits for the terminal, 100 ms at most. Waiting bytes would come later. */
  writeNow(text: string): void;
  /** Bytes are waiting that the terminal has not taken. */
  readonly isWaiting: boolean;
  /** Resolves once all waiting bytes are written, or the terminal is gone: a program with a terminal waits for it. */
  flush(): Promise<void>;
}

export interface OutputListener {
  /** The terminal has taken nothing for half a second. Called once until `drained`. */
  blocked(): void;
  /** Nothing waits any more. `told`: `blocked` has been called. */
  drained(told: boolean): void;
  /** The terminal is gone, and everything written from now on is dropped. */
  gone(): void;
}

/** How much of a write the kernel has not taken yet. Node's public API reports only whole writes. */
interface Inside {
  readonly _handle?: { readonly writeQueueSize?: number };
}

const maxWaitingBytes = 65_536;
const blockedMs = 500;
const maxTries = 20;
const betweenTriesMs = 5;

export function openOutput(listener: OutputListener): Output {
  const { stream, fd, direct } = openTerminal();
  let blocked: NodeJS.Timeout | undefined;
  /** Finished writes and the rest of the unfinished one, at the last check. */
  let seen = '';
  let finished = 0;
  let told = false;
  let flushed: (() => void)[] = [];
  let gone = false;
  const isWaiting = () => !gone && stream.writableLength > 0;

  function settle(): void {
    clearTimeout(blocked);
    blocked = undefined;
    for (const done of flushed) done();
    flushed = [];
  }
  /** A terminal that is merely slow keeps taking something. Only one that takes nothing is blocked. */
  function watch(): void {
    const unwritten = (stream as Partial<Inside>)._handle?.writeQueueSize;
    const now = `${finished} ${unwritten}`;
    if (now === seen) {
      told = true;
      listener.blocked();
      return;
    }
    seen = now;
    blocked = setTimeout(watch, blockedMs).unref();
  }
  // Called for each finished write. The stream's own `drain` is not emitted for a last write below its high-water mark.
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

  /** @returns bytes taken; if that fails, the stream meets the same error and reports it */
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
      // While nothing waits, writing straight to the kernel costs half of what the stream does.
      const taken = gone || isWaiting() ? 0 : writeAtOnce(all);
      if (gone || taken === all.length) return true;
      stream.write(Buffer.from(all.subarray(taken)), wrote);
      if (!blocked) watch();
      return stream.writableLength < maxWaitingBytes;
    },
    writeNow(text) {
      const bytes = Buffer.from(text);
      const pause = new Int32Array(new SharedArrayBuffer(4));
      for (let at = 0, tries = 0; at < bytes.length && !gone && tries < maxTries; tries++) {
        try {
          at += writeSync(fd, bytes, at);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
          Atomics.wait(pause, 0, 0, betweenTriesMs);
        }
      }
    },
    get isWaiting() {
      return isWaiting();
    },
    flush() {
      if (!isWaiting()) return Promise.resolve();
      return new Promise((resolve) => void flushed.push(resolve));
    },
  };
}

/** Falls back to `process.stdout`, which may block, if the device cannot be opened again. */
function openTerminal(): { readonly stream: Writable; readonly fd: number; readonly direct: boolean } {
  const path = process.platform === 'linux' ? '/proc/self/fd/1' : '/dev/tty';
  try {
    const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    return { stream: new ReadStream(fd), fd, direct: true };
  } catch {
    return { stream: process.stdout, fd: 1, direct: false };
  }
}
