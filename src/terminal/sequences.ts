/**
 * Reads those escape sequences out of a stream that change a terminal's modes: private CSI, scroll region, cursor
 * style, OSC. Text, colours and cursor movements, nearly all of the stream, are passed over cheaply. Sequences may
 * be split over chunks.
 */

export interface SequenceListener {
  /** `prefix` is one of `?` `>` `<` `=` or empty; `parameters` include intermediates (`0 ` of `CSI 0 SP q`). */
  csi(prefix: string, parameters: string, final: string): void;
  /** Payload without introducer and terminator, cut at 4 KiB. */
  osc(payload: string): void;
  /** `c`, `=`, `>`, or with an intermediate: `(0`. */
  escape(what: string): void;
}

type State = 'ground' | 'escape' | 'csi' | 'osc' | 'string';

const ESC = 0x1b;
/** Finals without a private prefix: p, q, r. */
const OF_INTEREST: ReadonlySet<number> = new Set([0x70, 0x71, 0x72]);
const LONGEST_CSI = 64;
const LONGEST_OSC = 4_096;

export function createSequenceReader(listener: SequenceListener): (chunk: Uint8Array) => void {
  let state: State = 'ground';
  let collected = '';
  const utf8 = new TextDecoder();

  return (chunk) => {
    // Text alone changes no mode, and the search for one byte is the cheapest there is.
    if ((state === 'ground' || state === 'string') && !chunk.includes(ESC)) return;
    for (let i = 0; i < chunk.length; i++) {
      if (state === 'ground' || state === 'string') {
        i = skip(chunk, i);
        if (i >= chunk.length) return;
        state = 'escape';
        collected = '';
      } else if (state === 'osc') i = readOsc(chunk, i);
      else step(chunk[i] as number);
    }
  };

  /**
   * Index of the next ESC that needs the state machine. A CSI that is here as a whole does not: colours and cursor
   * movements are skipped, one of interest is told.
   */
  function skip(chunk: Uint8Array, from: number): number {
    const { length } = chunk;
    let at = from;
    for (;;) {
      while (at < length && chunk[at] !== ESC) at++;
      if (state === 'string' || at + 2 >= length || chunk[at + 1] !== 0x5b) return at;
      const isPrivate = (chunk[at + 2] as number) >= 0x3c && (chunk[at + 2] as number) <= 0x3f;
      let end = at + 2;
      let byte = chunk[end] as number;
      while (byte >= 0x20 && byte < 0x40 && ++end < length) byte = chunk[end] as number;
      if (end >= length || byte < 0x40 || end - at - 2 > LONGEST_CSI) return at;
      if (isPrivate || OF_INTEREST.has(byte)) {
        collected = '';
        for (let i = at + 2; i < end; i++) collected += String.fromCharCode(chunk[i] as number);
        tell(byte);
      }
      at = end + 1;
    }
  }

  function readOsc(chunk: Uint8Array, from: number): number {
    let end = from;
    while (end < chunk.length && chunk[end] !== ESC && chunk[end] !== 0x07) end++;
    const room = Math.max(0, LONGEST_OSC - collected.length);
    collected += String.fromCharCode(...chunk.subarray(from, Math.min(end, from + room)));
    if (end < chunk.length) {
      listener.osc(utf8.decode(Uint8Array.from(collected, (character) => character.charCodeAt(0))));
      state = chunk[end] === ESC ? 'escape' : 'ground';
      collected = '';
    }
    return end;
  }

  function step(byte: number): void {
    if (byte === ESC) {
      state = 'escape';
      collected = '';
    } else if (byte === 0x18 || byte === 0x1a) state = 'ground';
    else if (state === 'escape') introduce(byte);
    else if (byte < 0x40) {
      if (collected.length < LONGEST_CSI) collected += String.fromCharCode(byte);
    } else {
      state = 'ground';
      tell(byte);
    }
  }

  /** The CSI whose parameters have been collected. */
  function tell(final: number): void {
    const first = collected.charCodeAt(0);
    const prefix = first >= 0x3c && first <= 0x3f ? collected.charAt(0) : '';
    if (prefix || final !== 0x6d)
      listener.csi(prefix, collected.slice(prefix.length), String.fromCharCode(final));
    collected = '';
  }

  function introduce(byte: number): void {
    if (byte === 0x5b && collected === '') state = 'csi';
    else if (byte === 0x5d && collected === '') state = 'osc';
    else if ((byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) && collected === '')
      state = 'string';
    else if (byte < 0x30) collected += String.fromCharCode(byte);
    else {
      state = 'ground';
      listener.escape(collected + String.fromCharCode(byte));
    }
  }
}
