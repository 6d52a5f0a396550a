/**
 * The terminal modes that the agent has switched on. An agent that is killed cleans up nothing, so the guard follows
 * its output, and knows the exact bytes that undo what is still on, and nothing else.
 */
import type { Sequence } from './vt/sequences.ts';

export interface Modes {
  /** The agent has written this. */
  follow(sequence: Sequence): void;
  /** Bytes that restore the terminal; empty if nothing is on. Does not change what is recorded. */
  undo(what?: { readonly title: boolean }): string;
  /** Bytes that switch the recorded modes on again after `undo`. Only the agent itself can repaint the picture. */
  redo(): string;
  /** Pastes are marked, so the agent shows its input box and is neither suspended nor gone. */
  readonly bracketedPaste: boolean;
  /** The agent's own last window title; null before the first one and after the agent has cleared it. */
  readonly title: string | null;
}

/** DEC private modes that agents use, in the order of undoing; true: on by default. */
const privateModes: ReadonlyMap<number, boolean> = new Map([
  [2026, false], // synchronized output
  [1049, false], // alternate screen
  [1047, false],
  [47, false],
  [1016, false], // mouse
  [1015, false],
  [1006, false],
  [1005, false],
  [1003, false],
  [1002, false],
  [1000, false],
  [9, false],
  [1004, false], // focus reports
  [2004, false], // bracketed paste
  [2031, false], // colour scheme reports
  [2048, false], // size reports
  [1, false], // application cursor keys
  [6, false], // origin
  [7, true], // autowrap
  [25, true], // cursor
]);

const alternateScreens: readonly number[] = [1049, 1047, 47];

interface Keyboard {
  /** Kitty keyboard flags, one entry per push; each screen has a stack of its own. */
  stack: string[];
  /** Flags set without a push. */
  flags: string;
}

export function createModes(onTitle: (title: string | null) => void = () => {}): Modes {
  let changed = new Set<number>();
  let main: Keyboard = { stack: [], flags: '' };
  let alternate: Keyboard = { stack: [], flags: '' };
  let otherKeys = '';
  let keypad = false;
  let region = '';
  let cursorStyle = '';
  let charset = '';
  let link = false;
  let progress = '';
  let status = false;
  let title: string | null = null;

  const onAlternate = () => alternateScreens.some((mode) => changed.has(mode));
  const keyboard = () => (onAlternate() ? alternate : main);

  function reset(): void {
    changed = new Set();
    main = { stack: [], flags: '' };
    alternate = { stack: [], flags: '' };
    otherKeys = region = cursorStyle = charset = '';
    keypad = false;
  }

  function setMode(mode: number, on: boolean): void {
    const byDefault = privateModes.get(mode);
    if (byDefault === undefined) return;
    if (on === byDefault) changed.delete(mode);
    else changed.add(mode);
  }

  function csi({ prefix, parameters, final }: Extract<Sequence, { type: 'csi' }>): void {
    if (prefix === '?' && (final === 'h' || final === 'l')) {
      for (const mode of parameters.includes(';') ? parameters.split(';') : [parameters])
        setMode(Number(mode), final === 'h');
    } else if (final === 'u' && prefix === '>') keyboard().stack.push(parameters || '0');
    else if (final === 'u' && prefix === '<') keyboard().stack.splice(-Math.max(1, Number(parameters) || 1));
    else if (final === 'u' && prefix === '=') keyboard().flags = parameters === '0' ? '' : parameters;
    else if (prefix === '>' && (final === 'm' || final === 'n') && parameters.startsWith('4')) {
      const level = parameters.slice(2);
      otherKeys = final === 'n' || level === '0' ? '' : level;
    } else if (prefix === '' && final === 'r')
      region = parameters.replaceAll(';', '') === '' ? '' : parameters;
    else if (prefix === '' && final === 'q' && parameters.endsWith(' '))
      cursorStyle = Number(parameters) > 0 ? parameters : '';
    else if (prefix === '' && final === 'p' && parameters === '!') {
      region = charset = '';
      keypad = false;
      for (const mode of [1, 6, 7, 25]) changed.delete(mode);
    }
  }

  function osc(payload: string): void {
    if (/^[02];/.test(payload)) {
      title = payload.slice(2) || null;
      onTitle(title);
    } else if (payload.startsWith('8;')) link = !/^8;[^;]*;$/.test(payload);
    else if (payload.startsWith('9;4;')) progress = payload.startsWith('9;4;0') ? '' : payload;
    else if (payload.startsWith('7501;state=')) status = !payload.startsWith('7501;state=clear');
  }

  function esc(rest: string): void {
    if (rest === 'c') reset();
    else if (rest === '=' || rest === '>') keypad = rest === '=';
    else if (rest.startsWith('(')) charset = rest === '(B' ? '' : rest;
  }

  const keyboardOff = ({ stack, flags }: Keyboard) =>
    (flags ? '\x1b[=0u' : '') + (stack.length > 0 ? `\x1b[<${stack.length}u` : '');
  const keyboardOn = ({ stack, flags }: Keyboard) =>
    stack.map((entry) => `\x1b[>${entry}u`).join('') + (flags ? `\x1b[=${flags}u` : '');
  const set = (mode: number, on: boolean) => `\x1b[?${mode}${on ? 'h' : 'l'}`;
  const inOrder = () => [...privateModes].filter(([mode]) => changed.has(mode));

  return {
    follow(sequence) {
      if (sequence.type === 'csi') csi(sequence);
      else if (sequence.type === 'osc') osc(sequence.payload);
      else esc(sequence.rest);
    },
    undo(what = { title: true }) {
      // The alternate screen's keyboard stack can be popped only there, so it comes before leaving it.
      const bytes = [
        onAlternate() ? keyboardOff(alternate) : '',
        ...inOrder().map(([mode, byDefault]) => set(mode, byDefault)),
        otherKeys && '\x1b[>4m',
        keyboardOff(main),
        keypad ? '\x1b>' : '',
        region && '\x1b7\x1b[r\x1b8', // resetting the region moves the cursor
        cursorStyle && '\x1b[0 q',
        charset && '\x1b(B',
        link ? '\x1b]8;;\x1b\\' : '',
        progress && '\x1b]9;4;0\x07',
        status ? '\x1b]7501;state=clear\x1b\\' : '',
        title !== null && what.title ? '\x1b]0;\x07' : '',
      ].join('');
      return bytes && `\x1b[m${bytes}`;
    },
    redo() {
      return [
        keyboardOn(main),
        ...inOrder()
          .filter(([mode]) => mode !== 2026) // only the agent knows when a repaint ends
          .map(([mode, byDefault]) => set(mode, !byDefault)),
        onAlternate() ? keyboardOn(alternate) : '',
        otherKeys && `\x1b[>4;${otherKeys}m`,
        keypad ? '\x1b=' : '',
        region && `\x1b7\x1b[${region}r\x1b8`,
        cursorStyle && `\x1b[${cursorStyle}q`,
        charset && `\x1b${charset}`,
        progress && `\x1b]${progress}\x07`,
        title === null ? '' : `\x1b]0;${title}\x07`,
      ].join('');
    },
    get bracketedPaste() {
      return changed.has(2004);
    },
    get title() {
      return title;
    },
  };
}
