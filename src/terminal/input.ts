/**
 * What the person's bytes mean, as far as the guard must know: did somebody type, submit, interrupt, leave, suspend,
 * or did only the terminal report something (mouse, focus, an answer to a query)? Sequences and pastes may be split
 * over chunks. The bytes themselves are passed on elsewhere, untouched.
 */
import type { InputKind } from '../events.ts';

export interface InputRun {
  readonly kind: InputKind;
  readonly bytes: number;
}

const PASTE_END = '\x1b[201~';

/** Keys with Ctrl, and others by code point, as the kitty protocol and modifyOtherKeys write them. */
const keys: Readonly<Record<string, InputKind>> = {
  '\r': 'enter',
  '\x1b': 'interrupt',
  '\x03': 'interrupt',
  '\x04': 'exit',
  '\x1a': 'suspend',
  '13;1': 'enter',
  '57414;1': 'enter', // keypad
  '27;1': 'interrupt',
  '99;5': 'interrupt',
  '100;5': 'exit',
  '122;5': 'suspend',
};

/** Returns a function that takes the chunks in order and gives runs of one kind, in order. */
export function createInputReader(): (chunk: Uint8Array) => readonly InputRun[] {
  /** The beginning of a sequence, or of the end of a paste, whose rest has not come yet. */
  let open = '';
  let pasting = false;
  /** 1: the ESC at the beginning of `open` has been told as the Esc key; it may yet turn out to begin a sequence. */
  let told = 0;

  return (chunk) => {
    const runs: { kind: InputKind; bytes: number }[] = [];
    const add = (kind: InputKind, bytes: number) => {
      const last = runs.at(-1);
      if (last?.kind === kind) last.bytes += bytes;
      else if (bytes > 0) runs.push({ kind, bytes });
    };
    const fresh = latin1(chunk);
    const escAlone = told > 0 && open === '\x1b' && !/^[[\]OP_^]/.test(fresh);
    if (escAlone) told = 0;
    let text = escAlone ? fresh : open + fresh;
    open = '';
    while (text !== '') {
      const token = pasting ? readPaste(text) : readKey(text);
      if (token === null) {
        open = text;
        if (!pasting && text === '\x1b') {
          add('interrupt', 1);
          told = 1;
        }
        break;
      }
      add(token.kind, token.length - told);
      told = 0;
      text = text.slice(token.length);
      if (token.paste !== undefined) pasting = token.paste;
    }
    return runs;
  };
}

interface Token {
  readonly kind: InputKind;
  readonly length: number;
  readonly paste?: boolean;
}

function readPaste(text: string): Token | null {
  const end = text.indexOf(PASTE_END);
  if (end >= 0) return { kind: 'text', length: end + PASTE_END.length, paste: false };
  let tail = Math.min(PASTE_END.length - 1, text.length);
  while (tail > 0 && !text.endsWith(PASTE_END.slice(0, tail))) tail--;
  return text.length === tail ? null : { kind: 'text', length: text.length - tail };
}

/** Null when the sequence is not complete. */
function readKey(text: string): Token | null {
  if (!text.startsWith('\x1b')) {
    const plain = /^[^\x03\x04\r\x1a\x1b]+/.exec(text)?.[0].length ?? 0;
    return plain > 0 ? { kind: 'text', length: plain } : { kind: keys[text.charAt(0)] ?? 'text', length: 1 };
  }
  if (text === '\x1b') return null;
  const next = text.charAt(1);
  if (next === '[') return readCsi(text);
  if (next === ']' || next === 'P' || next === '_' || next === '^') return readString(text);
  if (next === 'O') return text.length < 3 ? null : { kind: 'text', length: 3 };
  if (next === '\x1b') return { kind: 'interrupt', length: 1 };
  return { kind: 'text', length: 2 }; // Alt and a key
}

function readCsi(text: string): Token | null {
  if (text.startsWith('\x1b[M')) return text.length < 6 ? null : { kind: 'report', length: 6 };
  const match = /^\x1b\[([0-?]*)([ -/]*)([@-~])/.exec(text);
  if (!match) return /^\x1b\[[0-?]*[ -/]*$/.test(text) ? null : { kind: 'text', length: 2 };
  const [whole, parameters = '', intermediates = '', final = ''] = match;
  const length = whole.length;
  if (final === '~' && parameters === '200') return { kind: 'text', length, paste: true };
  return { kind: csiKind(parameters, intermediates, final), length };
}

function csiKind(parameters: string, intermediates: string, final: string): InputKind {
  if (/^[<=>?]/.test(parameters) || intermediates !== '') return 'report'; // mouse, device answers
  if (final === 'u') {
    const [key = '', modifier = '1'] = parameters.split(';');
    const [modifiers = '1', event = '1'] = modifier.split(':');
    if (event === '3') return 'report'; // a key released
    return keys[`${key.split(':')[0]};${withoutLocks(modifiers)}`] ?? 'text';
  }
  if (final === '~' && parameters.startsWith('27;')) {
    const [, modifiers = '1', key = ''] = parameters.split(';');
    return keys[`${key};${modifiers}`] ?? 'text';
  }
  if (parameters === '' && (final === 'I' || final === 'O')) return 'report'; // focus
  if (final === 'R') return /^1;[2-8]$/.test(parameters) ? 'text' : 'report'; // F3 with modifiers, or a position
  return final === 'n' || final === 't' || final === 'c' || final === 'y' ? 'report' : 'text';
}

/** Caps lock (64) and num lock (128) do not change what a key means; the field holds 1 + the bits. */
const withoutLocks = (modifiers: string) => 1 + ((Number(modifiers || '1') - 1) & 63);

function readString(text: string): Token | null {
  const end = /\x07|\x1b\\/.exec(text.slice(2));
  if (end) return { kind: 'report', length: 2 + end.index + end[0].length };
  return text.length > 4_096 ? { kind: 'report', length: text.length } : null;
}

/** Bytes as characters of the same number: all that matters here is ASCII. */
function latin1(chunk: Uint8Array): string {
  let text = '';
  for (let i = 0; i < chunk.length; i += 4_096) text += String.fromCharCode(...chunk.subarray(i, i + 4_096));
  return text;
}
