/** Waiting bytes in one buffer that is reused, so that a flood makes no garbage. */

export interface Backlog {
  readonly length: number;
  /** Copies the bytes. */
  push(bytes: Uint8Array): void;
  /** Takes out the next bytes, at most this many. */
  take(maxBytes: number): Buffer;
  clear(): void;
}

const firstBytes = 16_384;

export function createBacklog(): Backlog {
  let memory = Buffer.allocUnsafeSlow(firstBytes);
  let start = 0;
  let end = 0;

  /** Moves what waits to the beginning, into a larger buffer if necessary. */
  function makeRoom(bytes: number): void {
    let size = memory.length;
    while (size < end - start + bytes) size *= 2;
    const next = size === memory.length ? memory : Buffer.allocUnsafeSlow(size);
    memory.copy(next, 0, start, end);
    memory = next;
    end -= start;
    start = 0;
  }

  return {
    get length() {
      return end - start;
    },
    push(bytes) {
      if (end + bytes.length > memory.length) makeRoom(bytes.length);
      memory.set(bytes, end);
      end += bytes.length;
    },
    take(maxBytes) {
      const to = Math.min(end, start + maxBytes);
      const taken = Buffer.from(memory.subarray(start, to));
      start = to;
      if (start === end) start = end = 0;
      return taken;
    },
    clear() {
      start = end = 0;
    },
  };
}
