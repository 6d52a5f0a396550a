/** Bytes that wait, in one piece of memory that is used again and again: a flood makes no garbage. */

export interface Backlog {
  readonly length: number;
  /** Copies them. */
  push(bytes: Uint8Array): void;
  /** The next bytes, at most so many, as a copy. */
  take(maxBytes: number): Buffer;
  clear(): void;
}

const FIRST_BYTES = 16_384;

export function createBacklog(): Backlog {
  let memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let start = 0;
  let end = 0;

  /** Moves what waits to the beginning, into more memory if need be. */
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
