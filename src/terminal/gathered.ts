/** Chunks that are looked at a little later, copied one behind the other into memory that is used again and again. */

export interface Gathered {
  /** Without room clear it first. */
  hasRoom(bytes: number): boolean;
  /** @returns the chunk where it lies now; `isNext`: with what was added before it */
  add(chunk: Uint8Array, isNext: boolean): Buffer;
  /** What was returned is nobody's any more. */
  clear(): void;
}

const ROOM_BYTES = 65_536;

export function createGathered(): Gathered {
  let memory = Buffer.allocUnsafeSlow(ROOM_BYTES);
  let start = 0;
  let end = 0;
  return {
    hasRoom: (bytes) => end + bytes <= memory.length,
    add(chunk, isNext) {
      if (chunk.length > memory.length) memory = Buffer.allocUnsafeSlow(chunk.length);
      if (!isNext) start = end;
      memory.set(chunk, end);
      end += chunk.length;
      return memory.subarray(start, end);
    },
    clear() {
      start = end = 0;
    },
  };
}
