/** Chunks that observers get a little later, copied one after the other into a buffer that is reused. */

export interface Gathered {
  /** If there is no room, `clear` must be called before `add`. */
  hasRoom(bytes: number): boolean;
  /** @returns the copy; with `isNext` the one of the previous chunk, with this chunk appended */
  add(chunk: Uint8Array, isNext: boolean): Buffer;
  /** Nobody may use what `add` has returned after this. */
  clear(): void;
}

const roomBytes = 65_536;

export function createGathered(): Gathered {
  let memory = Buffer.allocUnsafeSlow(roomBytes);
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
