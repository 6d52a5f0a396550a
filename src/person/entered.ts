/**
 * Texts on which Enter was pressed, and of which nobody has seen yet what Enter did. It may have sent them; it may also
 * have completed a word from a list, or the agent has not read it. A key that follows proves nothing. Pure.
 */
import type { Millis } from '../events.ts';
import { type Line, wordStart } from './line.ts';
import { squeezed } from './same-text.ts';

export interface Queued {
  readonly text: string;
  /** When Enter was pressed on it: wall clock, Unix milliseconds. */
  readonly atMs: Millis;
  /**
   * The text that was sent last before it, by person or guard, if any. The agent may have had that in its queue, too.
   */
  readonly follows: string | null;
}

export interface Entered extends Line, Queued {
  /** If it was sent, it waits in the agent's queue, or with the guard. */
  readonly isQueued: boolean;
  /** Enter was the only key of its read; in a burst, the agent may take Enter for a line break. */
  readonly isAlone: boolean;
  /** The screen had shown a text in the box. */
  readonly isShown: boolean;
  /** Keys have followed that may have changed or deleted it, if it was still in the box. */
  readonly isEdited: boolean;
  /** The person has pressed a key to stop its turn. */
  readonly isStopped: boolean;
}

/**
 * What the box holds if none of these has left it. White space does not count: nobody knows what Enter has put there.
 */
export const together = (texts: readonly Pick<Line, 'text'>[]): string =>
  texts
    .map(({ text }) => text)
    .filter((text) => text !== '')
    .join('\n');

/**
 * Whether a text is this one with its last word completed: a completion keeps what stands before, and how it begins.
 */
export const isCompleted = (whole: string, text: string): boolean =>
  text !== '' && squeezed(whole).startsWith(squeezed(text.slice(0, wordStart(text) + 1)));

/** Whether a text begins with all of this one. */
export const isBegun = (whole: string, text: string): boolean =>
  text !== '' && squeezed(whole).startsWith(squeezed(text));

/**
 * Whether the latest Enter has sent this prompt, and those before it have only completed words of it. If nothing was
 * typed behind the first, only its words can tell.
 */
export function areSentAs(prompt: string, entered: readonly Entered[]): boolean {
  const [first, ...others] = entered;
  const latest = others.at(-1);
  if (first === undefined || latest === undefined) return false;
  if (latest.text === '') return isBegun(prompt, first.text);
  return isCompleted(prompt, first.text) && squeezed(prompt).endsWith(squeezed(latest.text));
}
