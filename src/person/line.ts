/**
 * The text of an input box, as the keys edit it. An edit costs no more than what it adds or takes away. A key whose
 * effect only the agent knows leaves the text as it is, and makes it inexact. Pure.
 */
import type { Key } from '../terminal/vt/keys.ts';

export interface Line {
  readonly text: string;
  /** Every key was text, a deletion or a paste, so this is exactly what the box holds. */
  readonly exact: boolean;
  /** The text was too long to be kept, so nothing is known of it. */
  readonly lost: boolean;
  /** What the agent has of it, while the guard has the keys that came after. Null: the agent has all of them. */
  readonly agentHas: string | null;
}

export const emptyLine: Line = { text: '', exact: true, lost: false, agentHas: null };

/** Max length in characters (UTF-16). A longer text is not kept at all: half of one would be misread. */
const maxLength = 1 << 20;

/** Nothing is known of its text. */
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
      // To the beginning of the row. In a text of several rows only the agent knows where that is.
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

/** What the keys that the guard has would add to what the agent has. */
export function keptText({ text, agentHas }: Pick<Line, 'text' | 'agentHas'>): string {
  if (agentHas === null) return '';
  let same = 0;
  while (same < agentHas.length && text[same] === agentHas[same]) same++;
  return text.slice(same);
}

/** Where the last word begins, including the blanks after it. */
function wordStart(text: string): number {
  let at = text.length;
  while (at > 0 && isBlank(text, at - 1)) at--;
  if (at === 0) return text.length;
  while (at > 0 && !isBlank(text, at - 1)) at--;
  return at;
}

const isBlank = (text: string, at: number) => /\s/.test(text.charAt(at));

/**
 * Splits text into characters as a person sees them: an emoji may be several code points. Takes 20 ms to create, so it
 * is created at first use.
 */
let characters: Intl.Segmenter | undefined;
const maxCharacterBytes = 64;

function lastCharacter(text: string): string {
  characters ??= new Intl.Segmenter();
  return [...characters.segment(text.slice(-maxCharacterBytes))].at(-1)?.segment ?? '';
}
