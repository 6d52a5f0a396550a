/**
 * Where in the agent's output something else may be written: not inside an escape sequence, not inside a UTF-8
 * character. Cheap enough for every chunk: an ESC ends whatever was before it, so only what follows the last ESC of
 * a chunk is looked at byte by byte.
 */

export interface Boundary {
  feed(chunk: Uint8Array): void;
  /** The last byte seen ended a character or a sequence. */
  readonly safe: boolean;
}

type State = 'ground' | 'escape' | 'csi' | 'string' | 'character';

const ESC = 0x1b;

export function createBoundary(): Boundary {
  let state: State = 'ground';
  /** Continuation bytes that the character still needs. */
  let missing = 0;

  return {
    feed(chunk) {
      const last = chunk.lastIndexOf(ESC);
      let from = last;
      if (last >= 0) state = 'ground';
      else if (state === 'ground') from = Math.max(0, chunk.length - 4);
      else from = 0;
      // A character that began before the window does no harm: a stray continuation byte is ground.
      for (let i = from; i < chunk.length; i++) step(chunk[i] as number);
    },
    get safe() {
      return state === 'ground';
    },
  };

  function step(byte: number): void {
    if (byte === 0x18 || byte === 0x1a)
      state = 'ground'; // CAN, SUB: the sequence is given up
    else if (byte === ESC) state = 'escape';
    else if (state === 'ground') begin(byte);
    else if (state === 'character') {
      if ((byte & 0xc0) !== 0x80) begin(byte);
      else if (--missing === 0) state = 'ground';
    } else if (state === 'escape') {
      if (byte === 0x5b) state = 'csi';
      else if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f)
        state = 'string';
      else if (byte >= 0x30) state = 'ground'; // 0x20–0x2f are intermediates
    } else if (state === 'csi') {
      if (byte >= 0x40 && byte <= 0x7e) state = 'ground';
    } else if (byte === 0x07) state = 'ground'; // BEL ends a string, as ESC \ does
  }

  function begin(byte: number): void {
    missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
    state = missing > 0 ? 'character' : 'ground';
  }
}
