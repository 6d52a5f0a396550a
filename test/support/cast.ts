/** Plays a recording of the real agent (asciicast v2, 110×40) through a virtual terminal. */
import { readFile } from 'node:fs/promises';
import headless from '@xterm/headless';
import type { ScreenView } from '../../src/agents/contract/screen.ts';
import { plainRow } from '../../src/terminal/plain-row.ts';

const folder = new URL('../fixtures/casts/', import.meta.url);

function viewOf(terminal: InstanceType<typeof headless.Terminal>, title: string): ScreenView {
  const buffer = terminal.buffer.active;
  const lines = Array.from({ length: terminal.rows }, (_, row) => buffer.getLine(buffer.baseY + row));
  return {
    rows: lines.map((line) => line?.translateToString(true).trimEnd() ?? ''),
    cursor: { row: buffer.cursorY, column: buffer.cursorX, visible: true },
    title,
    columns: terminal.cols,
    stale: false,
    plainRow(row) {
      const line = lines[row];
      return line ? plainRow(line) : '';
    },
  };
}

/**
 * Reads the screen as it stood each `stepS` seconds; `read` must take what it needs at once.
 * @param name file name without its ending
 */
export async function readFrames<Read>(
  name: string,
  stepS: number,
  read: (view: ScreenView) => Read,
): Promise<readonly { readonly atS: number; readonly read: Read }[]> {
  const [head = '', ...lines] = (await readFile(new URL(`${name}.cast`, folder), 'utf8')).trim().split('\n');
  const { width, height } = JSON.parse(head) as { width: number; height: number };
  const terminal = new headless.Terminal({ cols: width, rows: height, allowProposedApi: true });
  let title = '';
  terminal.onTitleChange((next) => {
    title = next;
  });
  const frames: { atS: number; read: Read }[] = [];
  let next = stepS;
  let pending = '';
  const take = async () => {
    await new Promise<void>((resolve) => terminal.write(pending, resolve));
    pending = '';
    frames.push({ atS: next, read: read(viewOf(terminal, title)) });
    next += stepS;
  };
  for (const line of lines) {
    const [atS, kind, data] = JSON.parse(line) as [number, string, string];
    while (atS >= next) await take();
    if (kind === 'o') pending += data;
  }
  await take();
  terminal.dispose();
  return frames;
}
