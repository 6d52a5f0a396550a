import { displayWidth, shorten } from '../words/columns.ts';
import { paint, type TerminalStyle } from '../words/terminal-style.ts';

/**
 * Formats rows as aligned columns under their headings. The last column is cut at the terminal's edge; in a pipe
 * nothing is cut.
 */
export function columns(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  look: TerminalStyle,
): string {
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column] ?? ''))));
  const last = heads.length - 1;
  return all
    .map((row, index) => {
      const cells = row.map((cell, column) => (column === last ? cell : pad(cell, widths[column] ?? 0)));
      const line = cells.join('  ').trimEnd();
      const cut = look.control ? shorten(line, look.columns, look) : line;
      return index === 0 ? paint(cut, 'dim', look) : cut;
    })
    .join('\n');
}

const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - displayWidth(text)));
