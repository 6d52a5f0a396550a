/**
 * What a token means as a key, whichever way the terminal encodes it: the classic way, by the kitty protocol, or by
 * modifyOtherKeys. This is the only such table. Also what the key says about the person, in the terms of an event: did
 * somebody type, submit, interrupt, leave or suspend, or did only the terminal report something?
 */
import type { InputKind } from '../../events.ts';
import type { Token } from './tokens.ts';

export type Key =
  /** Nobody typed it: mouse, focus, an answer of the terminal, a key released. */
  | 'report'
  | 'text'
  | 'paste'
  | 'enter'
  /** A line break in the input box. */
  | 'newline'
  | 'escape'
  | 'interrupt'
  | 'exit'
  | 'suspend'
  | 'backspace'
  | 'delete-row'
  | 'delete-word'
  /** Ctrl+S: the agent puts the text of its box away, and takes it back by itself after the next prompt. */
  | 'stash'
  /** A key about which nothing more is known. */
  | 'other';

const controls: Readonly<Record<number, Key>> = {
  3: 'interrupt',
  4: 'exit',
  8: 'backspace',
  10: 'newline',
  13: 'enter',
  19: 'stash',
  21: 'delete-row',
  23: 'delete-word',
  26: 'suspend',
  127: 'backspace',
};

/**
 * Code point and modifiers (1 + Shift 1, Alt 2, Ctrl 4), as both protocols write them. Ctrl+[ is Esc, Ctrl+M Enter, and
 * Ctrl+H Backspace, as in the classic way: so the agent reads them, too, from 2.1.263 on.
 */
const coded: Readonly<Record<string, Key>> = {
  '13;1': 'enter',
  '57414;1': 'enter', // keypad
  '13;2': 'newline',
  '13;3': 'newline',
  '106;5': 'newline',
  '109;5': 'enter',
  '77;5': 'enter',
  '27;1': 'escape',
  '91;5': 'escape',
  '99;5': 'interrupt',
  '100;5': 'exit',
  '115;5': 'stash',
  '117;5': 'delete-row',
  '119;5': 'delete-word',
  '122;5': 'suspend',
  '127;1': 'backspace',
  '104;5': 'backspace',
  '72;5': 'backspace',
};

export function keyOf(token: Token): Key {
  switch (token.type) {
    case 'text':
      return 'text';
    case 'control':
      return controls[token.byte] ?? 'other';
    case 'esc':
      if (token.rest === '') return 'escape';
      if (token.rest === '\r') return 'newline';
      return token.rest === '\x03' ? 'interrupt' : 'other';
    case 'csi':
      return csiKey(token.parameters, token.final);
    case 'ss3':
      return 'other';
    case 'paste-begin':
    case 'paste':
    case 'paste-end':
      return 'paste';
    case 'mouse':
    case 'string':
    case 'broken':
      return 'report';
  }
}

function csiKey(parameters: string, final: string): Key {
  if (/^[<=>?]|[ -/]/.test(parameters)) return 'report'; // mouse, device answers
  if (final === 'u') {
    const [key = '', modifier = '1'] = parameters.split(';');
    const [modifiers = '1', event = '1'] = modifier.split(':');
    if (event === '3') return 'report'; // a key released
    return coded[codeOf(key, withoutLocks(modifiers))] ?? 'other';
  }
  if (final === '~') {
    const [first, modifiers = '1', key = ''] = parameters.split(';');
    if (first === '201') return 'report'; // the end of a paste without a beginning
    return (first === '27' && key !== '' && coded[`${key};${modifiers}`]) || 'other';
  }
  if (parameters === '' && (final === 'I' || final === 'O')) return 'report'; // focus
  if (final === 'R') return /^1;[2-8]$/.test(parameters) ? 'other' : 'report'; // F3 with modifiers, or a position
  return 'ntcy'.includes(final) ? 'report' : 'other';
}

/**
 * With Ctrl, a letter of another alphabet is the key that has its place in ours, if the terminal tells it: that is what
 * the agent goes by, too.
 */
function codeOf(key: string, modifiers: number): string {
  const [code, , ours = ''] = key.split(':');
  const isForeign = ((modifiers - 1) & 4) !== 0 && Number(code) > 127 && ours !== '';
  return `${isForeign ? ours : code};${modifiers}`;
}

/** Caps lock (64) and num lock (128) do not change what a key means; the field holds 1 + the bits. */
const withoutLocks = (modifiers: string) => 1 + ((Number(modifiers || '1') - 1) & 63);

/** All others are `text`. */
const kinds: { readonly [Is in Key]?: InputKind } = {
  report: 'report',
  enter: 'enter',
  escape: 'escape',
  interrupt: 'interrupt',
  exit: 'exit',
  suspend: 'suspend',
};

export interface InputRun {
  readonly kind: InputKind;
  readonly bytes: number;
}

/** Runs of one kind, in order. */
export function inputRuns(tokens: readonly Token[]): readonly InputRun[] {
  const runs: { kind: InputKind; bytes: number }[] = [];
  for (const token of tokens) {
    if (token.length === 0) continue; // nobody has typed it
    const kind = kinds[keyOf(token)] ?? 'text';
    const last = runs.at(-1);
    if (last?.kind === kind) last.bytes += token.length;
    else runs.push({ kind, bytes: token.length });
  }
  return runs;
}
