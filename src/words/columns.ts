/**
 * Text in columns, by the width that a terminal draws it in. For commands and the dashboard; the guard itself does not
 * load this.
 */
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { TerminalStyle } from './terminal-style.ts';

/** Columns that a text takes: two for East Asian characters and emoji, none for combining marks. */
export const displayWidth = (text: string): number => stringWidth(text);

/** Cuts to `columns`, with an ellipsis where something was cut. */
export function shorten(text: string, columns: number, { unicode }: Pick<TerminalStyle, 'unicode'>): string {
  const truncationCharacter = unicode ? '…' : '..';
  // In the middle of a wide character, the package cuts after it, one column too late.
  for (let limit = columns; limit >= truncationCharacter.length; limit--) {
    const cut = cliTruncate(text, limit, { truncationCharacter });
    if (displayWidth(cut) <= columns) return cut;
  }
  return '';
}

/**
 * Wraps at blanks so that no line is wider than `columns`. A longer word stays whole, so that a command can be copied.
 */
export const wrap = (text: string, columns: number): string[] => wrapAnsi(text, columns).split('\n');
