/**
 * What the person has typed and not sent: the agent keeps it in its own input box, where a nudge or a kill would lose
 * it. Followed from the keys since the box was last seen empty. Pure; lives in memory only.
 */

import { keyOf } from '../terminal/vt/keys.ts';
import type { Token } from '../terminal/vt/tokens.ts';
import { append, edit, emptyLine, type Line } from './line.ts';

export interface Draft {
  /**
   * The person's keys, as they came in one read.
   * @param working a turn runs, so what is sent now waits in the agent's queue
   * @param atMs wall clock, Unix milliseconds
   */
  feed(tokens: readonly Token[], working: boolean, atMs: number): void;
  /** Keys that nobody has followed: what is in the box is not known until it is seen empty. */
  lose(): void;
  /** The screen shows an empty box: what was typed has been sent or deleted. */
  boxIsEmpty(): void;
  /** The agent took a message: what was queued has been sent. */
  queueIsSent(): void;
  /** What was typed into the box and not sent. */
  inBox(): string;
  /** What waits in the agent's queue, in order. */
  queue(): readonly Queued[];
  /** What to give back: queued messages and the draft, one paragraph each; empty when there is nothing. */
  text(): string;
  /** The box holds this, whatever the keys said. */
  correct(text: string): void;
  /** The box is about to be emptied by us: what it holds is kept until `returned`. */
  putAside(): void;
  /** The last text that was sent to an agent at rest has been dealt with. */
  sentIsSettled(): void;
  /** The agent has this text, or gets it by other means, also where it looked as if it were for the queue: once. */
  isTaken(prompt: string): void;
  /** This was the person's, too, and comes first. */
  addAside(text: string): void;
  /** All that is to be given back is kept until `returned`: the agent that had it is gone. */
  rescue(): void;
  /** What was put aside; empty when there is nothing. */
  aside(): string;
  /** What was put aside is in the box again, in front of what was typed meanwhile. */
  returned(): void;
  /** Every key was text, a deletion or a paste, so `inBox` is exactly what the box holds. */
  readonly exact: boolean;
  /** What was typed is longer than can be kept, so that it cannot be given back. */
  readonly lost: boolean;
  /** A paste has begun, and its end has not come yet. */
  readonly pasting: boolean;
  /** Grows with the person's keys; reports of the terminal are none. */
  readonly keys: number;
}

export interface Queued {
  readonly text: string;
  /** When Enter was pressed on it: wall clock, Unix milliseconds. */
  readonly atMs: number;
}

/** Enter was pressed on it; whether the agent has taken it out of the box is not known yet. */
interface Entered extends Line, Queued {
  readonly queued: boolean;
}

/** @param onSent Enter was pressed on this, and no turn ran; only where its very words are known */
export function createDraft(onSent: (text: string, atMs: number) => void = () => {}): Draft {
  let line = emptyLine;
  let entered: Entered | null = null;
  let queued: Queued[] = [];
  let aside = '';
  let keys = 0;
  let pasting = false;
  /** Where the rest of a paste belongs whose beginning has been put aside, or was lost. */
  let pasteInto: 'line' | 'aside' | 'nowhere' = 'line';
  let asideLost = false;
  /** The last character of the paste so far is a carriage return: a line feed behind it is no second line break. */
  let afterReturn = false;
  let decoder = new TextDecoder();

  const box = (): Line => entered ?? line;
  /** What was sent has left the box. */
  function take(): void {
    if (entered?.queued && entered.text !== '') queued.push(entered);
    entered = null;
  }
  function clear(): void {
    line = emptyLine;
    entered = null;
  }

  /** @param alone the only key of its read: in one burst with others Enter may be a line break to the agent */
  function enter(working: boolean, alone: boolean, atMs: number): void {
    // A backslash before Enter is a line break.
    if (line.text.endsWith('\\')) {
      line = append({ ...line, text: line.text.slice(0, -1) }, '\n');
      return;
    }
    const { text, exact } = line;
    entered = { ...line, queued: working, atMs };
    line = emptyLine;
    if (exact && alone && text !== '' && !working) onSent(text, atMs);
  }

  function paste(token: Token): void {
    if (token.type === 'paste-begin') pasting = true;
    if (token.type === 'paste-end') pasting = false;
    if (token.type !== 'paste') {
      pasteInto = 'line';
      afterReturn = false;
      return;
    }
    const decoded = decoder.decode(token.bytes, { stream: true });
    if (decoded === '') return;
    const text = afterReturn && decoded.startsWith('\n') ? decoded.slice(1) : decoded;
    afterReturn = decoded.endsWith('\r');
    const added = text.replace(/\r\n?/g, '\n');
    if (pasteInto === 'line') line = append(line, added);
    if (pasteInto !== 'aside') return;
    const whole = append({ ...emptyLine, text: aside }, added);
    aside = whole.text;
    if (!whole.lost) return;
    asideLost = true;
    pasteInto = 'nowhere';
  }

  function text(): string {
    return paragraphs([aside, ...queued.map(({ text }) => text), box().text]);
  }

  return {
    feed(tokens, working, atMs) {
      const typed = tokens.filter((token) => keyOf(token) !== 'report');
      for (const token of typed) {
        keys++;
        // Who types on after Enter has sent what was there, even if the box was never seen empty in between.
        take();
        if (token.type !== 'text' && token.type !== 'paste') decoder = new TextDecoder();
        const key = keyOf(token);
        if (token.type === 'text') line = append(line, decoder.decode(token.bytes, { stream: true }));
        else if (key === 'paste') paste(token);
        else if (key === 'enter') enter(working, typed.length === 1, atMs);
        else line = edit(line, key);
      }
    },
    lose() {
      line = { text: '', exact: false, lost: true };
    },
    boxIsEmpty() {
      if (pasting) return; // not drawn yet
      take();
      line = emptyLine;
    },
    queueIsSent() {
      queued = [];
    },
    inBox: () => box().text,
    queue: () => (entered?.queued ? [...queued, entered] : queued),
    text,
    correct(shown) {
      clear();
      line = append(emptyLine, shown);
    },
    putAside() {
      aside = paragraphs([aside, box().text]);
      clear();
    },
    sentIsSettled() {
      if (!entered?.queued) entered = null;
    },
    isTaken(prompt) {
      const isIt = ({ text }: Queued) => text.trim() === prompt.trim();
      const at = queued.findIndex(isIt);
      if (at >= 0) queued.splice(at, 1);
      else if (entered && isIt(entered)) entered = null;
    },
    addAside(first) {
      aside = paragraphs([first, aside]);
    },
    rescue() {
      aside = text();
      asideLost ||= box().lost;
      if (pasting) pasteInto = box().lost ? 'nowhere' : 'aside';
      clear();
      queued = [];
    },
    aside: () => aside,
    returned() {
      line = { ...line, text: aside + line.text };
      aside = '';
      asideLost = false;
    },
    get exact() {
      return box().exact;
    },
    get lost() {
      return asideLost || box().lost;
    },
    get pasting() {
      return pasting;
    },
    get keys() {
      return keys;
    },
  };
}

const paragraphs = (parts: readonly string[]) => parts.filter((part) => part !== '').join('\n\n');
