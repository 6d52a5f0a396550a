/**
 * Bytes on their way to the agent's pseudo-terminal. They are written at once; what the kernel does not take waits
 * here in order and is tried again by a timer that grows while the agent does not read. (libuv has no way to wait
 * for a pseudo-terminal's master without blocking the whole loop, and trying on every turn costs a whole CPU.)
 */
import { writeSync } from 'node:fs';

export interface InputQueue {
  /** False: much is waiting (16 MiB), pause the source until `drained`. Nothing is dropped. */
  write(bytes: Uint8Array): boolean;
  close(): void;
}

export interface InputQueueListener {
  /** Bytes have been waiting for a second: the agent does not read. Comes once until `drained`. */
  blocked(pendingBytes: number): void;
  /** Everything that had to wait has been taken. */
  drained(): void;
}

/** More than anybody pastes, so that a Ctrl+C behind a paste is heard while the agent does not read. */
const BOUND_BYTES = 16_777_216;
const BLOCKED_MS = 1_000;
const FIRST_RETRY_MS = 1;
const LAST_RETRY_MS = 64;

export function createInputQueue(fd: number, listener: InputQueueListener): InputQueue {
  let waiting: Uint8Array[] = [];
  let pendingBytes = 0;
  let retryMs = FIRST_RETRY_MS;
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
        retryMs = progress ? FIRST_RETRY_MS : Math.min(retryMs * 2, LAST_RETRY_MS);
        retry = setTimeout(drain, retryMs);
        return;
      }
    }
    clearTimeout(blocked);
    retry = blocked = undefined;
    retryMs = FIRST_RETRY_MS;
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
      blocked ??= setTimeout(() => listener.blocked(pendingBytes), BLOCKED_MS).unref();
      return pendingBytes < BOUND_BYTES;
    },
    close() {
      clearTimeout(retry);
      clearTimeout(blocked);
      waiting = [];
      open = false;
    },
  };
}

/** Bytes taken; 0 when the kernel's buffer is full, or when the other side is gone (its end is told elsewhere). */
function tryWrite(fd: number, bytes: Uint8Array): number {
  let taken = 0;
  try {
    while (taken < bytes.length) taken += writeSync(fd, bytes, taken);
  } catch {
    // EAGAIN or EIO
  }
  return taken;
}
