/**
 * The text of an input box, as the keys make it: one edit at a time, none of which costs more than what it adds or takes
 * away. Keys whose effect only the agent knows leave it as it is, and inexact. Pure.
 */
import type { Key } from '../terminal/vt/keys.ts';

export interface Line {
  readonly text: string;
  /** Every key was text, a deletion or a paste, so this is exactly what the box holds. */
  readonly exact: boolean;
  /** It was longer than can be kept: nothing is known of it. */
  readonly lost: boolean;
}

export const emptyLine: Line = { text: '', exact: true, lost: false };

/** Characters (UTF-16). A longer text is not kept at all: half of one would be misread. */
const maxLength = 1 << 20;

const unprintable = /[\x00-\x08\x0b-\x1f\x7f]/g;

export function append(line: Line, text: string): Line {
  const added = text.replace(unprintable, '');
  if (line.lost || added === '') return line;
  if (line.text.length + added.length > maxLength) return { text: '', exact: false, lost: true };
  return { ...line, text: line.text + added };
}

/** A key that is neither text nor a paste, nor sends. */
export function edit(line: Line, key: Key): Line {
  const { text } = line;
  switch (key) {
    case 'newline':
      return append(line, '\n');
    case 'backspace':
      return { ...line, text: text.slice(0, text.length - lastCharacter(text).length) };
    case 'delete-row':
      // To the beginning of the row; how far that is in a text of several is the agent's secret.
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

/** Where the last word begins, with the blanks behind it. */
function wordStart(text: string): number {
  let at = text.length;
  while (at > 0 && isBlank(text, at - 1)) at--;
  if (at === 0) return text.length;
  while (at > 0 && !isBlank(text, at - 1)) at--;
  return at;
}

const isBlank = (text: string, at: number) => /\s/.test(text.charAt(at));

/** Finds characters as a person sees them: an emoji may be several code points. Takes 20 ms to make, so not at the start. */
let characters: Intl.Segmenter | undefined;
const maxCharacterBytes = 64;

function lastCharacter(text: string): string {
  characters ??= new Intl.Segmenter();
  return [...characters.segment(text.slice(-maxCharacterBytes))].at(-1)?.segment ?? '';
}
