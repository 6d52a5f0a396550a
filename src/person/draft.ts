/**
 * What the person has typed and not sent. The agent keeps it in its own input box, where a nudge or a kill would lose
 * it. It is followed from the keys since the box was last seen empty. Pure; kept in memory only.
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
  /** Some keys were not followed, so the content of the box is unknown until the box is seen empty. */
  lose(): void;
  /** The screen shows an empty box: what was typed has been sent or deleted. */
  boxIsEmpty(): void;
  /** The agent took a message: what was queued has been sent. */
  queueIsSent(): void;
  /** The text in the box that has not been sent. */
  inBox(): string;
  /** What waits in the agent's queue, in order. */
  queue(): readonly Queued[];
  /** What to give back: queued messages and the draft, one paragraph each; empty when there is nothing. */
  text(): string;
  /** The box holds this text, whatever the keys said. */
  correct(text: string): void;
  /** The guard is about to empty the box; its text is kept until `restored`. */
  putAside(): void;
  /** The last text that was sent to an agent at rest has been dealt with. */
  sentIsSettled(): void;
  /**
   * The agent has this text, or gets it in another way. It leaves the queue or the box, once; a queue that is sent as
   * one text leaves as a whole.
   */
  remove(prompt: string): void;
  /** This text is the person's, too. It goes in front of what was put aside. */
  addAside(text: string): void;
  /** The agent that had the text is gone: everything that is to be given back is kept until `restored`. */
  rescue(): void;
  /** What was put aside; empty when there is nothing. */
  aside(): string;
  /** What was put aside is in the box again, in front of what was typed meanwhile. */
  restored(): void;
  /** Every key was text, a deletion or a paste, so `inBox` is exactly what the box holds. */
  readonly exact: boolean;
  /** What was typed is too long to be kept, so it cannot be given back. */
  readonly lost: boolean;
  /** A paste has begun and has not ended yet. */
  readonly pasting: boolean;
  /** Counts the person's keys, without the terminal's reports. */
  readonly keys: number;
}

export interface Queued {
  readonly text: string;
  /** When Enter was pressed on it: wall clock, Unix milliseconds. */
  readonly atMs: number;
}

/** Enter was pressed on this line. Whether the agent has taken it out of the box is not known yet. */
interface Entered extends Line, Queued {
  readonly queued: boolean;
}

/** @param onSent called when Enter is pressed on a text while no turn runs, if its exact words are known */
export function createDraft(onSent: (text: string, atMs: number) => void = () => {}): Draft {
  let line = emptyLine;
  let entered: Entered | null = null;
  let queued: Queued[] = [];
  let aside = '';
  let keys = 0;
  let pasting = false;
  /** Where the rest of a paste goes if its beginning was put aside or lost. */
  let pasteInto: 'line' | 'aside' | 'nowhere' = 'line';
  let asideLost = false;
  /** The paste so far ends in a carriage return, so a line feed after it is no second line break. */
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

  /** @param alone the only key of its read; in a burst, Enter may be a line break to the agent */
  function enter(working: boolean, alone: boolean, atMs: number): void {
    // A backslash before Enter makes it a line break.
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
        // A person who types on after Enter has sent the text, even if the box was never seen empty in between.
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
      if (pasting) return; // the paste is not drawn yet
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
    remove(prompt) {
      if (queued.length > 1 && isSame(queued.map(({ text }) => text).join('\n'), prompt)) queued = [];
      const isIt = ({ text }: Queued) => isSame(text, prompt);
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
    restored() {
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

const isSame = (text: string, other: string) =>
  text.replace(/\s+/g, ' ').trim() === other.replace(/\s+/g, ' ').trim();
const paragraphs = (parts: readonly string[]) => parts.filter((part) => part !== '').join('\n\n');
