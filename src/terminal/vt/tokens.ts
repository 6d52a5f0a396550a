/**
 * Splits what a person's terminal sends into tokens: text, control characters, escape sequences, pastes. All readers of
 * the input share one tokenizer, so that they cannot disagree. However the bytes are split into chunks, the tokens are
 * the same, except for where a run of text or of a paste is cut. Text is cut between characters, unless one is not
 * completed in time.
 *
 * An ESC may be a key, or begin a sequence whose rest is still on its way; only time can tell. So it is with a byte that
 * begins a character of UTF-8. Time comes in as data: `expire` is called if nothing has come by `dueAt`.
 */
import type { Millis } from '../../events.ts';

export type Token = (
  | { readonly type: 'text'; readonly bytes: Uint8Array }
  /** C0 and DEL, except ESC. */
  | { readonly type: 'control'; readonly byte: number }
  /** ESC and what was typed with it: Alt and a key (UTF-8); empty for the Esc key. */
  | { readonly type: 'esc'; readonly rest: string }
  /** `parameters` also holds prefix and intermediates: `?1;2$` of `CSI ? 1 ; 2 $ y`. */
  | { readonly type: 'csi'; readonly parameters: string; readonly final: string; readonly alt: boolean }
  | { readonly type: 'ss3'; readonly final: string; readonly alt: boolean }
  /** `CSI M` and three bytes: the legacy mouse report. */
  | { readonly type: 'mouse' }
  /** OSC, DCS, PM, APC: an answer of the terminal. */
  | { readonly type: 'string' }
  /** An end of no length: the real one did not come in time. If it comes later, it is an end, too. */
  | { readonly type: 'paste-begin' | 'paste-end' }
  | { readonly type: 'paste'; readonly bytes: Uint8Array }
  /** The beginning of a sequence whose rest never came. */
  | { readonly type: 'broken' }
) & { readonly length: number };

export interface Tokenizer {
  /** @param at when the bytes came, milliseconds of a monotonic clock */
  read(chunk: Uint8Array, at: Millis): readonly Token[];
  /** Returns what has waited too long, as what it is on its own. */
  expire(at: Millis): readonly Token[];
  /** When `expire` will have something to return, unless more bytes come; null: nothing waits. */
  readonly dueAt: Millis | null;
  /** The next byte belongs to something that has begun: a sequence, a character, a paste. */
  readonly isOpen: boolean;
  /** Bytes taken in that no token covers yet. */
  readonly heldBytes: number;
}

/** After this, a lone ESC is a key. tmux, vim and Claude Code wait about as long. */
export const escMs = 40;
/**
 * How long a sequence, or a character, that has begun is waited for: its rest may come over a slow line. Then a byte that
 * may begin a character is text in another encoding.
 */
export const restMs = 500;
/**
 * How long the rest of a paste is waited for. Its end never comes if the line broke off in its middle, or if Ctrl+Z
 * fell into it and the shell got the end. Without its end, every key would count as pasted.
 */
export const pasteMs = 5_000;
/** How much of a sequence is kept. An answer of the terminal may be longer; the rest of it is only skipped. */
const maxHeldBytes = 4_096;
/** No key is longer, and no answer except a string. */
const maxSequenceBytes = 128;

const ESC = 0x1b;
const BEL = 0x07;
const pasteEnd = Uint8Array.from('\x1b[201~', (character) => character.charCodeAt(0));

type State =
  | 'ground'
  | 'character'
  | 'escape'
  | 'alt'
  | 'csi'
  | 'ss3'
  | 'mouse'
  | 'string'
  | 'string-escape'
  | 'paste';

export function createTokenizer(): Tokenizer {
  let state: State = 'ground';
  /** Of a sequence, from the ESC on, or of a character; cut at `maxHeldBytes`. */
  let held: number[] = [];
  let heldBytes = 0;
  let heldAt: Millis = 0;
  /** Another ESC came before the sequence. */
  let alt = false;
  /** Bytes still to come: of a character, or of a mouse report. */
  let missing = 0;
  /** How much of the end of a paste has been seen. */
  let matched = 0;
  /** The end of the latest paste did not come in time. */
  let isCutOff = false;
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

  /** A key or a timeout came where the sequence should have gone on: it was typed key by key, or is broken. */
  function giveUp(): void {
    if (state === 'character') {
      endCharacter();
      return;
    }
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
  const isBegun = () =>
    heldBytes === 2 && !alt && state !== 'character' && state !== 'ground' && state !== 'paste';

  const steps: { readonly [In in Exclude<State, 'paste'>]: (byte: number) => void } = {
    ground,
    character(byte) {
      if (!continues(byte)) return instead(byte);
      hold(byte);
      if (--missing === 0) endCharacter();
    },
    escape: afterEscape,
    alt(byte) {
      if (!continues(byte)) return instead(byte);
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
      // No answer of a terminal contains a control character: a person pressed Alt and a key, and kept typing.
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

  /** The open sequence does not continue with this byte. */
  function instead(byte: number): void {
    giveUp();
    ground(byte);
  }

  function begin(): void {
    state = 'escape';
    hold(ESC);
  }

  /** The first of two ESC was a key of its own. */
  function endEscape(): void {
    held.shift();
    heldBytes--;
    alt = false;
    tokens.push({ type: 'esc', rest: '', length: 1 });
  }

  function afterEscape(byte: number): void {
    const isAlt = heldBytes === 2;
    if (byte === ESC) {
      if (isAlt) endEscape();
      hold(ESC);
      return;
    }
    const next = introduced(byte);
    if (isAlt && next !== 'csi' && next !== 'ss3') endEscape();
    else alt = isAlt;
    hold(byte);
    if (next !== null) state = next;
    else if (byte >= 0xc0) {
      state = 'alt';
      missing = lengthOf(byte) - 1;
    } else tokens.push({ type: 'esc', rest: String.fromCharCode(byte), length: release() });
  }

  function endCsi(byte: number): void {
    const parameters = heldText(alt ? 3 : 2).slice(0, -1);
    const final = String.fromCharCode(byte);
    if (alt && isReport(parameters, final)) endEscape();
    if (final === 'M' && parameters === '') {
      state = 'mouse';
      missing = 3;
      return;
    }
    const isMark = final === '~' && !alt;
    if (isMark && parameters === '200') {
      tokens.push({ type: 'paste-begin', length: release() });
      state = 'paste';
    } else if (isMark && parameters === '201' && isCutOff) endPaste(release());
    else tokens.push({ type: 'csi', parameters, final, alt, length: release() });
  }

  function ground(byte: number): void {
    if (byte === ESC) begin();
    else if (byte < 0x20 || byte === 0x7f) tokens.push({ type: 'control', byte, length: 1 });
    else if (lengthOf(byte) > 1) beginCharacter(byte);
    else bytesToken('text', Uint8Array.of(byte));
  }

  function beginCharacter(byte: number): void {
    state = 'character';
    missing = lengthOf(byte) - 1;
    hold(byte);
  }
  function endCharacter(): void {
    const bytes = Uint8Array.from(held);
    release();
    bytesToken('text', bytes);
  }

  /** Index after the run of plain text that begins at `from`, without a last character whose end has not come. */
  function endOfText(chunk: Uint8Array, from: number): number {
    let end = from;
    while (end < chunk.length && isPlain(chunk[end] as number)) end++;
    return end < chunk.length ? end : Math.max(from, endOfCharacters(chunk));
  }

  /** Index after what was taken of a paste. */
  function takePaste(chunk: Uint8Array, from: number): number {
    if (matched === 0) {
      const at = chunk.indexOf(ESC, from);
      const end = at < 0 ? chunk.length : at;
      bytesToken('paste', chunk.subarray(from, end));
      if (at >= 0) matched = 1;
      return at < 0 ? end : end + 1;
    }
    if (chunk[from] === pasteEnd[matched]) {
      if (++matched === pasteEnd.length) endPaste(pasteEnd.length);
      return from + 1;
    }
    bytesToken('paste', pasteEnd.subarray(0, matched));
    matched = 0;
    return from;
  }

  function endPaste(length: number): void {
    tokens.push({ type: 'paste-end', length });
    state = 'ground';
    matched = 0;
    isCutOff = length === 0;
  }

  function limitMs(): Millis {
    if (state === 'paste') return pasteMs;
    return state === 'escape' || state === 'string-escape' || isBegun() ? escMs : restMs;
  }

  return {
    read(chunk, at) {
      tokens = [];
      for (let i = 0; i < chunk.length; ) {
        const end = state === 'ground' ? endOfText(chunk, i) : i;
        bytesToken('text', chunk.subarray(i, end));
        if (state === 'paste') i = takePaste(chunk, i);
        else if (end > i) i = end;
        else steps[state](chunk[i++] as number);
      }
      heldAt = at;
      return tokens;
    },
    expire(at) {
      tokens = [];
      if (state === 'ground' || at - heldAt < limitMs()) return tokens;
      if (state === 'paste') {
        bytesToken('paste', pasteEnd.subarray(0, matched));
        endPaste(0);
      } else if (state === 'string' && !isBegun()) broken();
      else giveUp();
      return tokens;
    },
    get dueAt() {
      return state === 'ground' ? null : heldAt + limitMs();
    },
    get isOpen() {
      return state !== 'ground';
    },
    get heldBytes() {
      return heldBytes + matched;
    },
  };
}

/** Only time has ended it, or another ESC: for whoever reads it together with what follows, it goes on there. */
export const endsInTime = (token: Token): boolean =>
  token.type === 'broken' ||
  (token.type === 'esc' && (token.rest === '' || introduced(token.rest.charCodeAt(0)) !== null));

/** Nobody has typed it, with Alt or without: mouse, focus, an answer of the terminal. */
const isReport = (parameters: string, final: string) =>
  /^[<=>?]/.test(parameters) || (parameters === '' && 'IMO'.includes(final));

const continues = (byte: number) => (byte & 0xc0) === 0x80;

/** Bytes of the character of UTF-8 that this one begins. */
const lengthOf = (byte: number) => (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1);

/** Index after the last character of UTF-8 that is whole; text in another encoding is taken as it is. */
function endOfCharacters(bytes: Uint8Array): number {
  let begin = bytes.length - 1;
  while (begin > bytes.length - 4 && continues(bytes[begin] ?? 0)) begin--;
  return begin + lengthOf(bytes[begin] ?? 0) > bytes.length ? begin : bytes.length;
}

const isPlain = (byte: number) => byte >= 0x20 && byte !== 0x7f;
const isPrintable = (byte: number) => isPlain(byte) && byte < 0x80;

/** Which kind of sequence this byte begins after ESC; null: none. */
function introduced(byte: number): State | null {
  if (byte === 0x5b) return 'csi';
  if (byte === 0x4f) return 'ss3';
  return byte === 0x5d || byte === 0x50 || byte === 0x5e || byte === 0x5f ? 'string' : null;
}
