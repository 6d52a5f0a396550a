/** How commands speak: JSON for programs, aligned columns for people. */
import {
  displayWidth,
  paint,
  shorten,
  type TerminalStyle,
  terminalStyle,
  withoutUnicode,
} from '../report/terminal-style.ts';

export const style = (): TerminalStyle => terminalStyle(process.env, process.stdout);

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${style().unicode ? text : withoutUnicode(text)}\n`);
}

/**
 * Rows as aligned columns under their heads; the last column is cut at the terminal's edge. Into a pipe nothing is
 * cut.
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

/** "4 s", "3 min", "2 h 5 min", "3 d". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 || minutes >= 10 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

/** Local time, without the date if it is today's. */
export function clockTime(iso: string, now = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  if (time.toDateString() === now.toDateString()) return clock;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
}
