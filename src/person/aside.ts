/** The person's text that the guard keeps until it can be given back. Pure. */
import type { Key } from '../terminal/vt/keys.ts';
import { append, behind, edit, emptyLine, isKept, type Kept } from './line.ts';

export interface Aside {
  readonly text: string;
  /** As it will be once the agent has the deletions that are held back. */
  readonly edited: string;
  /** A part of it was too long to be kept. */
  readonly isLost: boolean;
  /** Holds a key back that deletes the end of this text. @returns false: this key deletes nothing of it */
  deletes(key: Key): boolean;
  /** The agent has got the keys that were held back. */
  released(): void;
  /** From now on it is this text, and no deletion is held back. */
  become(text: string): void;
  /** The same, but what is held back still deletes its end. */
  grow(text: string): void;
  /** The next piece of an open paste. @returns false: it has become too long to be kept */
  pasted(text: string): boolean;
  lose(): void;
  /** It has been given back. */
  clear(): void;
}

const deletions: readonly Key[] = ['backspace', 'delete-word', 'delete-row'];

export function createAside(): Aside {
  let text = '';
  let isLost = false;
  let held: Key[] = [];
  const become = (next: string) => {
    text = next;
    held = [];
  };
  return {
    get text() {
      return text;
    },
    get edited() {
      return held.reduce((line, key) => edit(line, key), append(emptyLine, text)).text;
    },
    get isLost() {
      return isLost;
    },
    deletes(key) {
      if (text === '' || !deletions.includes(key)) return false;
      held.push(key);
      return true;
    },
    released() {
      held = [];
    },
    become,
    grow(next) {
      text = next;
    },
    pasted(piece) {
      const whole = append({ ...emptyLine, text }, piece);
      text = whole.text;
      isLost ||= whole.lost;
      return !whole.lost;
    },
    lose() {
      isLost = true;
    },
    clear() {
      become('');
      isLost = false;
    },
  };
}

/** One paragraph each. */
export const paragraphs = (parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join('\n\n');

/**
 * All texts, one paragraph each, with `first` before them. The keys that the guard holds back go on with `first`, as
 * they would once it has been given back.
 * @param holds it holds the latest keys back
 */
export function asGivenBack(first: string, texts: readonly Kept[], holds: boolean): string {
  const at = holds ? texts.findIndex(isKept) : -1;
  const all = at < 0 ? [first, ...textsOf(texts)] : textsOf(texts.with(at, behind(texts[at] as Kept, first)));
  return paragraphs(all);
}

const textsOf = (texts: readonly Kept[]) => texts.map(({ text }) => text);
