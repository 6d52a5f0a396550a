/**
 * Splits what a person's terminal sends into tokens: text, control characters, escape sequences, pastes. One tokenizer
 * for everybody who looks at the input, so that no two can disagree. Any split of the bytes over chunks gives the same
 * tokens, but for where a run of text or of a paste is cut.
 *
 * An ESC may be a key, or begin a sequence whose rest is still on its way: only time tells. Time comes in as data:
 * `expire` is called once nothing has come until `dueAt`.
 */
import type { Millis } from '../../events.ts';

export type Token = (
  | { readonly type: 'text'; readonly bytes: Uint8Array }
  /** C0 and DEL, but for ESC. */
  | { readonly type: 'control'; readonly byte: number }
  /** ESC and what was typed with it: Alt and a key (UTF-8); empty for the Esc key. */
  | { readonly type: 'esc'; readonly rest: string }
  /** `parameters` holds prefix and intermediates, too: `?1;2$` of `CSI ? 1 ; 2 $ y`. */
  | { readonly type: 'csi'; readonly parameters: string; readonly final: string; readonly alt: boolean }
  | { readonly type: 'ss3'; readonly final: string; readonly alt: boolean }
  /** `CSI M` and three bytes, the mouse of old. */
  | { readonly type: 'mouse' }
  /** OSC, DCS, PM, APC: an answer of the terminal. */
  | { readonly type: 'string' }
  | { readonly type: 'paste-begin' | 'paste-end' }
  | { readonly type: 'paste'; readonly bytes: Uint8Array }
  /** The beginning of a sequence whose rest never came. */
  | { readonly type: 'broken' }
) & { readonly length: number };

export interface Tokenizer {
  /** @param at when the bytes came, milliseconds of a monotonic clock */
  read(chunk: Uint8Array, at: Millis): readonly Token[];
  /** What has waited too long is told as what it is by itself. */
  expire(at: Millis): readonly Token[];
  /** When `expire` has something to tell, unless more bytes come; null: nothing waits. */
  readonly dueAt: Millis | null;
  /** The next byte belongs to something that has begun: a sequence, a character, a paste. */
  readonly isOpen: boolean;
  /** A paste has begun and not ended. */
  readonly inPaste: boolean;
  /** Bytes taken in that no token has told of yet. */
  readonly heldBytes: number;
}

/** An ESC by itself is a key after this; tmux and vim wait for as long, and Claude Code, too. */
export const escMs = 40;
/** A sequence that has begun: its rest may come over a slow line. */
export const restMs = 500;
/** Kept of a sequence; an answer of the terminal may be longer, and is then only skipped. */
const maxHeldBytes = 4_096;
/** No key, and no answer but a string, is longer. */
const maxSequenceBytes = 128;

const ESC = 0x1b;
const BEL = 0x07;
const pasteEnd = Uint8Array.from('\x1b[201~', (character) => character.charCodeAt(0));

type State = 'ground' | 'escape' | 'alt' | 'csi' | 'ss3' | 'mouse' | 'string' | 'string-escape' | 'paste';

export function createTokenizer(): Tokenizer {
  let state: State = 'ground';
  /** From the ESC on; cut at `maxHeldBytes`. */
  let held: number[] = [];
  let heldBytes = 0;
  let heldAt: Millis = 0;
  /** The sequence came behind an ESC of its own. */
  let alt = false;
  /** Bytes still to come: of a character behind ESC, or of a mouse report. */
  let missing = 0;
  /** How much of the end of a paste has been seen. */
  let matched = 0;
  let tokens: Token[] = [];

  function hold(byte: number): void {
    if (held.length < maxHeldBytes) held.push(byte);
    heldBytes++;
  }
  function release(): number {
    const length = heldBytes;
    held = [];
    heldBytes = 0;
    alt = false;
    state = 'ground';
    return length;
  }
  /** What is held, from `from` on, as characters. */
  const heldText = (from: number) => String.fromCharCode(...held.slice(from));

  function bytesToken(type: 'text' | 'paste', bytes: Uint8Array): void {
    if (bytes.length > 0) tokens.push({ type, bytes, length: bytes.length });
  }
  function broken(): void {
    tokens.push({ type: 'broken', length: release() });
  }

  /** A key or an end came where the sequence should have gone on: it was typed, character by character, or is broken. */
  function giveUp(): void {
    const typed = state === 'escape' || state === 'alt' || isBegun() || state.startsWith('string');
    const isWhole = heldBytes === held.length;
    if (!typed || !isWhole) {
      broken();
      return;
    }
    const isEscaped = state === 'string-escape';
    const bytes = Uint8Array.from(isEscaped ? held.slice(0, -1) : held);
    const lone = state === 'escape' || state === 'alt' ? bytes.lastIndexOf(ESC) : 0;
    const isIntroduced = state !== 'escape' && state !== 'alt';
    release();
    for (let at = 0; at < lone; at++) tokens.push({ type: 'esc', rest: '', length: 1 });
    const rest = isIntroduced ? String.fromCharCode(bytes[lone + 1] ?? 0) : '';
    tokens.push({ type: 'esc', rest, length: 1 + rest.length });
    bytesToken('text', bytes.subarray(lone + 1 + rest.length));
    if (isEscaped) tokens.push({ type: 'esc', rest: '', length: 1 });
  }
  /** Nothing but ESC and an introducer: Alt and `[`, for instance. */
  const isBegun = () => heldBytes === 2 && !alt && state !== 'ground' && state !== 'paste';

  const steps: { readonly [In in Exclude<State, 'paste'>]: (byte: number) => void } = {
    ground,
    escape: afterEscape,
    alt(byte) {
      if ((byte & 0xc0) !== 0x80) return instead(byte);
      hold(byte);
      if (--missing > 0) return;
      const rest = new TextDecoder().decode(Uint8Array.from(held.slice(1)));
      tokens.push({ type: 'esc', rest, length: release() });
    },
    csi(byte) {
      if (!isPrintable(byte) || heldBytes >= maxSequenceBytes) return instead(byte);
      hold(byte);
      if (byte >= 0x40) endCsi(byte);
    },
    ss3(byte) {
      if (!isPrintable(byte)) return instead(byte);
      hold(byte);
      tokens.push({ type: 'ss3', final: String.fromCharCode(byte), alt, length: release() });
    },
    mouse(byte) {
      if (!isPlain(byte)) return instead(byte);
      hold(byte);
      if (--missing === 0) tokens.push({ type: 'mouse', length: release() });
    },
    string(byte) {
      // No answer of a terminal holds a control character: a person pressed Alt and a key, and went on typing.
      if (byte !== ESC && byte !== BEL && !isPlain(byte)) return instead(byte);
      hold(byte);
      if (byte === ESC) state = 'string-escape';
      else if (byte === BEL) tokens.push({ type: 'string', length: release() });
    },
    'string-escape'(byte) {
      if (byte === 0x5c) {
        hold(byte);
        tokens.push({ type: 'string', length: release() });
        return;
      }
      // Another sequence begins in the middle of this one.
      heldBytes--;
      broken();
      begin();
      afterEscape(byte);
    },
  };

  /** What was begun does not go on with this byte. */
  function instead(byte: number): void {
    giveUp();
    ground(byte);
  }

  function begin(): void {
    state = 'escape';
    hold(ESC);
  }

  function afterEscape(byte: number): void {
    const isAlt = heldBytes === 2;
    if (byte === ESC) {
      if (isAlt) {
        held.pop();
        heldBytes--;
        tokens.push({ type: 'esc', rest: '', length: 1 });
      }
      hold(ESC);
      return;
    }
    const next = introduced(byte);
    if (isAlt && next !== 'csi' && next !== 'ss3') {
      // Two keys: Esc, and Alt and a key.
      held.pop();
      heldBytes--;
      tokens.push({ type: 'esc', rest: '', length: 1 });
    } else alt = isAlt;
    hold(byte);
    if (next !== null) state = next;
    else if (byte >= 0xc0) {
      state = 'alt';
      missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    } else tokens.push({ type: 'esc', rest: String.fromCharCode(byte), length: release() });
  }

  function endCsi(byte: number): void {
    const parameters = heldText(alt ? 3 : 2).slice(0, -1);
    const final = String.fromCharCode(byte);
    if (final === 'M' && parameters === '') {
      state = 'mouse';
      missing = 3;
      return;
    }
    if (final !== '~' || parameters !== '200' || alt)
      tokens.push({ type: 'csi', parameters, final, alt, length: release() });
    else {
      tokens.push({ type: 'paste-begin', length: release() });
      state = 'paste';
    }
  }

  function ground(byte: number): void {
    if (byte === ESC) begin();
    else if (byte < 0x20 || byte === 0x7f) tokens.push({ type: 'control', byte, length: 1 });
    else bytesToken('text', Uint8Array.of(byte));
  }

  /** Index behind the run of plain text that begins at `from`. */
  function endOfText(chunk: Uint8Array, from: number): number {
    let end = from;
    while (end < chunk.length && isPlain(chunk[end] as number)) end++;
    return end;
  }

  /** Index behind what was taken of a paste. */
  function inPaste(chunk: Uint8Array, from: number): number {
    if (matched === 0) {
      const at = chunk.indexOf(ESC, from);
      const end = at < 0 ? chunk.length : at;
      bytesToken('paste', chunk.subarray(from, end));
      if (at >= 0) matched = 1;
      return at < 0 ? end : end + 1;
    }
    if (chunk[from] === pasteEnd[matched]) {
      if (++matched < pasteEnd.length) return from + 1;
      tokens.push({ type: 'paste-end', length: pasteEnd.length });
      state = 'ground';
      matched = 0;
      return from + 1;
    }
    bytesToken('paste', pasteEnd.subarray(0, matched));
    matched = 0;
    return from;
  }

  const limitMs = () => (state === 'escape' || state === 'string-escape' || isBegun() ? escMs : restMs);

  return {
    read(chunk, at) {
      tokens = [];
      for (let i = 0; i < chunk.length; ) {
        const end = state === 'ground' ? endOfText(chunk, i) : i;
        bytesToken('text', chunk.subarray(i, end));
        if (state === 'paste') i = inPaste(chunk, i);
        else if (end > i) i = end;
        else steps[state](chunk[i++] as number);
      }
      heldAt = at;
      return tokens;
    },
    expire(at) {
      tokens = [];
      if (state === 'ground' || state === 'paste' || at - heldAt < limitMs()) return tokens;
      if (state === 'string' && !isBegun()) broken();
      else giveUp();
      return tokens;
    },
    get dueAt() {
      return state === 'ground' || state === 'paste' ? null : heldAt + limitMs();
    },
    get isOpen() {
      return state !== 'ground';
    },
    get inPaste() {
      return state === 'paste';
    },
    get heldBytes() {
      return heldBytes + matched;
    },
  };
}

const isPlain = (byte: number) => byte >= 0x20 && byte !== 0x7f;
const isPrintable = (byte: number) => isPlain(byte) && byte < 0x80;

/** Which kind of sequence this byte begins behind ESC; null: none. */
function introduced(byte: number): State | null {
  if (byte === 0x5b) return 'csi';
  if (byte === 0x4f) return 'ss3';
  return byte === 0x5d || byte === 0x50 || byte === 0x5e || byte === 0x5f ? 'string' : null;
}
