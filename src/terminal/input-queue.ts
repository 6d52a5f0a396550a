/**
 * Writes to the agent's pseudo-terminal. What the kernel does not take waits here, in order, and is retried by a timer
 * that backs off while the agent does not read. (libuv cannot wait for the master of a pseudo-terminal without blocking
 * the whole loop, and retrying in every turn of the loop would use a whole CPU.)
 */
import { writeSync } from 'node:fs';

export interface InputQueue {
  /** False: 16 MiB are waiting, so the source must pause until `drained`. Nothing is dropped. */
  write(bytes: Uint8Array): boolean;
  close(): void;
}

export interface InputQueueListener {
  /** Bytes have been waiting for a second, so the agent does not read. Called once until `drained`. */
  blocked(pendingBytes: number): void;
  /** Everything that had to wait has been taken. */
  drained(): void;
}

/** More than anybody pastes, so that a Ctrl+C after a paste is noticed although the agent does not read. */
const maxWaitingBytes = 16_777_216;
const blockedMs = 1_000;
const firstRetryMs = 1;
const maxRetryMs = 64;

export function createInputQueue(fd: number, listener: InputQueueListener): InputQueue {
  let waiting: Uint8Array[] = [];
  let pendingBytes = 0;
  let retryMs = firstRetryMs;
  let retry: NodeJS.Timeout | undefined;
  let blocked: NodeJS.Timeout | undefined;
  let open = true;

  function drain(): void {
    let progress = false;
    for (let next = waiting[0]; next; next = waiting[0]) {
      const taken = tryWrite(fd, next);
      pendingBytes -= taken;
      progress ||= taken > 0;
      if (taken === next.length) waiting.shift();
      else {
        waiting[0] = next.subarray(taken);
        retryMs = progress ? firstRetryMs : Math.min(retryMs * 2, maxRetryMs);
        retry = setTimeout(drain, retryMs);
        return;
      }
    }
    clearTimeout(blocked);
    retry = blocked = undefined;
    retryMs = firstRetryMs;
    listener.drained();
  }

  return {
    write(bytes) {
      if (!open) return true;
      const taken = retry ? 0 : tryWrite(fd, bytes);
      if (taken === bytes.length) return true;
      waiting.push(bytes.subarray(taken));
      pendingBytes += bytes.length - taken;
      retry ??= setTimeout(drain, retryMs);
      blocked ??= setTimeout(() => listener.blocked(pendingBytes), blockedMs).unref();
      return pendingBytes < maxWaitingBytes;
    },
    close() {
      clearTimeout(retry);
      clearTimeout(blocked);
      waiting = [];
      open = false;
    },
  };
}

/** @returns bytes taken; 0 if the kernel's buffer is full or the other side is gone, which is noticed elsewhere */
function tryWrite(fd: number, bytes: Uint8Array): number {
  let taken = 0;
  try {
    while (taken < bytes.length) taken += writeSync(fd, bytes, taken);
  } catch {
    // EAGAIN or EIO
  }
  return taken;
}
