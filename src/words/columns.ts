/**
 * Text in columns, as wide as a terminal draws it. For commands and the dashboard: the guard itself does not load this.
 */
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { TerminalStyle } from './terminal-style.ts';

/** Columns that a text takes: East Asian and emoji characters take two, marks none. */
export const displayWidth = (text: string): number => stringWidth(text);

/** Cuts to `columns`, with an ellipsis where something was cut. */
export function shorten(text: string, columns: number, { unicode }: Pick<TerminalStyle, 'unicode'>): string {
  const truncationCharacter = unicode ? '…' : '..';
  return columns < truncationCharacter.length ? '' : cliTruncate(text, columns, { truncationCharacter });
}

/** Breaks at blanks so that no line is wider than `columns`; a longer word stays whole (a command can be copied). */
export const wrap = (text: string, columns: number): string[] => wrapAnsi(text, columns).split('\n');
