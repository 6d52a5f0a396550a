/**
 * Reads what an agent writes to its terminal, once for all observers: finds the escape sequences that change a
 * terminal's modes (private CSI, scroll region, cursor style, OSC), and knows whether a sequence or a UTF-8 character
 * is still open. Text, colours and cursor movements, nearly all of the stream, are skipped without an allocation, and a
 * chunk without ESC costs one native search. However the bytes are split into chunks, the result is the same.
 *
 * It is separate from `tokens.ts` because the grammar differs: a person's terminal sends keys, so there an ESC may
 * stand alone, and only time can tell.
 */

export type Sequence =
  /** `prefix` is one of `?` `>` `<` `=` or empty; `parameters` include intermediates (`0 ` of `CSI 0 SP q`). */
  | { readonly type: 'csi'; readonly prefix: string; readonly parameters: string; readonly final: string }
  /** Payload without introducer and terminator, truncated at 4 KiB. */
  | { readonly type: 'osc'; readonly payload: string }
  /** What follows ESC: `c`, `=`, `>`, or with an intermediate: `(0`. */
  | { readonly type: 'esc'; readonly rest: string };

export interface SequenceReader {
  /** The sequences that end in this chunk, in order; of CSI without a private prefix only those that set modes. */
  read(chunk: Uint8Array): readonly Sequence[];
  /** The last byte belongs to an unfinished sequence or character, so nothing else may be written here. */
  readonly isOpen: boolean;
}

type State = 'ground' | 'escape' | 'csi' | 'osc' | 'string';

const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;
const maxCsiLength = 64;
const maxOscLength = 4_096;

const nothing: readonly Sequence[] = [];

export function createSequenceReader(): SequenceReader {
  let state: State = 'ground';
  /** The open sequence so far, one character for each byte. */
  let collected = '';
  /** Bytes still to come of an open character. */
  let missing = 0;
  let found: Sequence[] = [];

  /**
   * Skips text and complete CSI sequences, up to any other sequence.
   * @returns the index after its ESC, or the chunk's length
   */
  function skipText(chunk: Uint8Array, from: number): number {
    const { length } = chunk;
    let at = from;
    for (;;) {
      while (at < length && chunk[at] !== ESC) at++;
      if (at >= length) return length;
      if (at + 2 >= length || chunk[at + 1] !== 0x5b) break;
      const begin = at + 2;
      let end = begin;
      let byte = chunk[end] as number;
      while (byte >= 0x20 && byte < 0x40 && ++end < length) byte = chunk[end] as number;
      if (end >= length || byte < 0x40 || byte > 0x7e || end - begin > maxCsiLength) break;
      if (setsModes(chunk[begin] as number, byte)) emitCsi(latin1(chunk, begin, end), byte);
      at = end + 1;
    }
    open('escape');
    return at + 1;
  }

  /** @returns the index after what was read of the string */
  function readString(chunk: Uint8Array, from: number): number {
    const isOsc = state === 'osc';
    let end = from;
    while (end < chunk.length && !endsString(chunk[end] as number, isOsc)) end++;
    if (isOsc) collected += latin1(chunk, from, Math.min(end, from + maxOscLength - collected.length));
    if (end >= chunk.length) return end;
    const by = chunk[end] as number;
    // ESC begins the string terminator, or another sequence, which ends this one, too.
    if (isOsc && (by === ESC || by === BEL))
      found.push({ type: 'osc', payload: Buffer.from(collected, 'latin1').toString() });
    open(by === ESC ? 'escape' : 'ground');
    return end + 1;
  }

  function step(byte: number): void {
    if (byte === ESC) open('escape');
    else if (byte === CAN || byte === SUB || byte >= 0x80) open('ground');
    else if (byte < 0x20 || byte === 0x7f)
      return; // a terminal executes or ignores these in the middle of a sequence
    else if (state === 'escape') introduce(byte);
    else if (byte < 0x40) {
      if (collected.length < maxCsiLength) collected += String.fromCharCode(byte);
    } else {
      if (setsModes(collected.charCodeAt(0), byte)) emitCsi(collected, byte);
      open('ground');
    }
  }

  function introduce(byte: number): void {
    const next = collected === '' ? introduced(byte) : null;
    if (next !== null) open(next);
    else if (byte < 0x30) collected += String.fromCharCode(byte);
    else {
      found.push({ type: 'esc', rest: collected + String.fromCharCode(byte) });
      open('ground');
    }
  }

  function emitCsi(text: string, final: number): void {
    const prefix = isPrivate(text.charCodeAt(0)) ? text.charAt(0) : '';
    const parameters = text.slice(prefix.length);
    found.push({ type: 'csi', prefix, parameters, final: String.fromCharCode(final) });
  }

  function open(next: State): void {
    state = next;
    collected = '';
  }

  return {
    read(chunk) {
      if (state === 'ground' && !chunk.includes(ESC)) {
        missing = missingAfter(chunk, missing);
        return nothing;
      }
      found = [];
      for (let at = 0; at < chunk.length; ) {
        if (state === 'ground') at = skipText(chunk, at);
        else if (state === 'osc' || state === 'string') at = readString(chunk, at);
        else step(chunk[at++] as number);
      }
      missing = state === 'ground' ? missingAfter(chunk, missing) : 0;
      return found;
    },
    get isOpen() {
      return state !== 'ground' || missing > 0;
    },
  };
}

/** Which kind of sequence this byte begins after ESC; null: none. */
function introduced(byte: number): State | null {
  if (byte === 0x5b) return 'csi';
  if (byte === 0x5d) return 'osc';
  return byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f ? 'string' : null;
}

const endsString = (byte: number, isOsc: boolean) =>
  byte === ESC || byte === CAN || byte === SUB || (isOsc && byte === BEL);

const isPrivate = (byte: number) => byte >= 0x3c && byte <= 0x3f;

/** Without a private prefix: soft reset (p), cursor style (q), scroll region (r). */
const setsModes = (first: number, final: number) => isPrivate(first) || (final >= 0x70 && final <= 0x72);

function latin1(chunk: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += String.fromCharCode(chunk[at] as number);
  return text;
}

/**
 * Bytes still to come of the UTF-8 character in which the chunk ends.
 * @param before the same for the chunk before it
 */
function missingAfter(chunk: Uint8Array, before: number): number {
  for (let seen = 1; seen <= 4 && seen <= chunk.length; seen++) {
    const byte = chunk[chunk.length - seen] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return Math.max(0, (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) - seen);
  }
  return Math.max(0, before - chunk.length);
}
