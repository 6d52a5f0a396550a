/**
 * Writes to standard output or error in node's thread pool. Node's own streams write to a pipe synchronously, so a slow
 * reader would stop the whole guard, including the tunnel.
 */
import { write } from 'node:fs';
import { hasReader } from '../platform/reader.ts';

export interface Sink {
  write(bytes: Buffer): void;
  /** Much is waiting for the reader. */
  isFull(): boolean;
  /** Called each time there is room again. */
  onRoom(listener: () => void): void;
  /** False: nobody will ever read the output. */
  hasReader(): boolean;
  /** Why not all of it could be written, other than that nobody reads any more. Null: it could. */
  failure(): string | null;
  /** Resolves to true once everything is written or nobody reads any more, to false after `limitMs`. */
  drained(limitMs?: number): Promise<boolean>;
}

const fullBytes = 1024 * 1024;
/** Pause before the next attempt if another process has made the shared pipe non-blocking. */
const retryMs = 10;
/** Of a pipe, and of a socket. The agent may go on, as it would without a guard (seen on 2.1.329 and 2.1.197). */
const nobodyReads: readonly (string | undefined)[] = ['EPIPE', 'ECONNRESET'];

export function createSink(descriptor: number): Sink {
  const parent = process.ppid;
  const queue: Buffer[] = [];
  const roomListeners = new Set<() => void>();
  const idleListeners = new Set<() => void>();
  let queuedBytes = 0;
  let isWriting = false;
  let isClosed = false;
  let failure: string | null = null;

  function finish(): void {
    isWriting = false;
    for (const listener of [...idleListeners]) listener();
  }

  function next(): void {
    const [first] = queue;
    if (first === undefined) {
      finish();
      return;
    }
    isWriting = true;
    write(descriptor, first, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(next, retryMs);
        return;
      }
      if (error) {
        isClosed = true;
        if (!nobodyReads.includes(error.code)) failure = error.message;
        queue.length = 0;
        queuedBytes = 0;
      } else {
        const wasFull = queuedBytes > fullBytes;
        queuedBytes -= written;
        if (written < first.length) queue[0] = first.subarray(written);
        else queue.shift();
        if (!wasFull || queuedBytes > fullBytes) {
          next();
          return;
        }
      }
      for (const listener of roomListeners) listener();
      next();
    });
  }

  return {
    write(bytes) {
      if (isClosed || bytes.length === 0) return;
      queue.push(bytes);
      queuedBytes += bytes.length;
      if (!isWriting) next();
    },
    isFull: () => queuedBytes > fullBytes,
    onRoom: (listener) => void roomListeners.add(listener),
    failure: () => failure,
    hasReader: () => !isClosed && hasReader(descriptor, parent),
    drained(limitMs) {
      if (!isWriting) return Promise.resolve(true);
      return new Promise((resolve) => {
        const settle = (value: boolean) => {
          clearTimeout(timer);
          idleListeners.delete(done);
          resolve(value);
        };
        const done = () => settle(true);
        const timer = limitMs === undefined ? undefined : setTimeout(() => settle(false), limitMs);
        idleListeners.add(done);
      });
    },
  };
}
