/**
 * Quotes text of the agent, a tool or a file inside a prompt. The prompt is also typed into a terminal, so nothing in
 * it may act there: no escape sequence, no control character, no end of a bracketed paste.
 */
import stripAnsi from 'strip-ansi';

/** C0 except tab and newline, DEL, C1, direction marks (they reorder what a person reads), byte order mark. */
const unprintable =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** The text without anything that a terminal would act on. Line ends become newlines; lone surrogates are replaced. */
export function plain(text: string): string {
  return stripAnsi(text)
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(unprintable, '')
    .replace(/\p{Surrogate}/gu, '\ufffd');
}

/** One line of at most `max` characters. */
export function line(text: string, max: number): string {
  return cutEnd(plain(text).replace(/\s+/g, ' ').trim(), max);
}

/** A fenced block holding the first `max` characters. */
export function fencedStart(text: string, max: number): string {
  return fence(cutEnd(plain(text).trim(), max));
}

/** A fenced block with the last `max` characters, where an answer broke off. */
export function fencedEnd(text: string, max: number): string {
  const clean = plain(text).trim();
  const characters = [...clean.slice(-2 * max - 2)];
  return fence(characters.length <= max ? clean : `…${characters.slice(-max).join('')}`);
}

function cutEnd(text: string, max: number): string {
  // Cut roughly first: a partial answer may be huge, and a code point has at most two units.
  const characters = [...text.slice(0, 2 * max + 2)];
  return characters.length <= max ? text : `${characters.slice(0, max).join('')}…`;
}

/** The fence is longer than any run of backticks inside, so the text cannot end it. */
function fence(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}\n${text}\n${mark}`;
}
