import { paint, type TerminalStyle } from '../words/terminal-style.ts';

/**
 * Mostly there is nothing to cut, and no character that is not one column wide: then no package is loaded to measure
 * it.
 */
const measured = () => import('../words/columns.ts');
const isPlain = (text: string) => /^[ -~]*$/.test(text);

/**
 * Formats rows as aligned columns under their headings. The last column is cut at the terminal's edge; in a pipe
 * nothing is cut.
 */
export async function columns(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  look: TerminalStyle,
): Promise<string> {
  const all = [heads, ...rows];
  const widthOf = all.every((row) => row.every(isPlain))
    ? (text: string) => text.length
    : (await measured()).displayWidth;
  const widths = heads.map((_, column) =>
    all.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 0),
  );
  const last = heads.length - 1;
  const pad = (cell: string, column: number) =>
    column === last ? cell : cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
  const lines = all.map((row) => row.map(pad).join('  ').trimEnd());
  const fits = !look.control || lines.every((line) => widthOf(line) <= look.columns);
  const shorten = fits ? (line: string) => line : (await measured()).shorten;
  return lines
    .map((line) => shorten(line, look.columns, look))
    .map((line, index) => (index === 0 ? paint(line, 'dim', look) : line))
    .join('\n');
}
