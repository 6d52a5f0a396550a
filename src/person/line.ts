/**
 * The text of an input box, as the keys edit it. The cost of an edit depends only on what it adds or removes. A key
 * whose effect only the agent knows leaves the text as it is and makes it inexact. Pure.
 */
import type { Key } from '../terminal/vt/keys.ts';

export interface Line {
  readonly text: string;
  /** Every key was text, a deletion or a paste, so this is exactly what the box holds. */
  readonly exact: boolean;
  /** The text was too long to be kept, so nothing is known of it. */
  readonly lost: boolean;
  /** The part that the agent has, while the guard holds later keys back. Null: the agent has all keys. */
  readonly agentHas: string | null;
}

export const emptyLine: Line = { text: '', exact: true, lost: false, agentHas: null };

/** Max length in characters (UTF-16). A longer text is not kept at all: half of it would mislead. */
const maxLength = 1 << 20;

/** A line whose text is unknown. */
export const lostLine: Line = { text: '', exact: false, lost: true, agentHas: null };

const unprintable = /[\x00-\x08\x0b-\x1f\x7f]/g;

export function append(line: Line, text: string): Line {
  const added = text.replace(unprintable, '');
  if (line.lost || added === '') return line;
  if (line.text.length + added.length > maxLength) return lostLine;
  return { ...line, text: line.text + added };
}

/** Applies a key that is neither text nor a paste, and does not send. */
export function edit(line: Line, key: Key): Line {
  const { text } = line;
  switch (key) {
    case 'newline':
      return append(line, '\n');
    case 'backspace':
      return { ...line, text: text.slice(0, text.length - lastCharacter(text).length) };
    case 'delete-row':
      // Deletes back to the beginning of the row. In a text of several rows, only the agent knows where that is.
      return {
        ...line,
        text: text.slice(0, text.lastIndexOf('\n') + 1),
        exact: line.exact && !text.includes('\n'),
      };
    case 'delete-word':
      return { ...line, text: text.slice(0, wordStart(text)) };
    default:
      return { ...line, exact: false };
  }
}

export type Kept = Pick<Line, 'text' | 'agentHas'>;

/** The guard holds back some of its keys. */
export const isKept = ({ agentHas }: Kept): boolean => agentHas !== null;

/** The agent has `first` in front of it now. */
export const behind = <Text extends Kept>(one: Text, first: string): Text => ({
  ...one,
  text: first + one.text,
  agentHas: one.agentHas === null ? null : first + one.agentHas,
});

/** What the keys that the guard holds back would add to the agent's text. */
export function keptText({ text, agentHas }: Kept): string {
  if (agentHas === null) return '';
  let same = 0;
  while (same < agentHas.length && text[same] === agentHas[same]) same++;
  return text.slice(same);
}

/** Where the last word begins, including the blanks after it. */
export function wordStart(text: string): number {
  let at = text.length;
  while (at > 0 && isBlank(text, at - 1)) at--;
  if (at === 0) return text.length;
  while (at > 0 && !isBlank(text, at - 1)) at--;
  return at;
}

const isBlank = (text: string, at: number) => /\s/.test(text.charAt(at));

/**
 * Splits text into characters as a person sees them: an emoji may be several code points. A segmenter takes 20 ms to
 * create, so this one is created at first use.
 */
let characters: Intl.Segmenter | undefined;
const maxCharacterBytes = 64;

function lastCharacter(text: string): string {
  characters ??= new Intl.Segmenter();
  return [...characters.segment(text.slice(-maxCharacterBytes))].at(-1)?.segment ?? '';
}
