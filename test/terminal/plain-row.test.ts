import headless from '@xterm/headless';
import { expect, test } from 'vitest';
import { plainRow } from '../../src/terminal/plain-row.ts';

/** The first row of a screen after this output. */
async function row(output: string): Promise<string> {
  const terminal = new headless.Terminal({ cols: 60, rows: 2, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  const line = terminal.buffer.active.getLine(0);
  return line ? plainRow(line) : '';
}

test.each([
  ['typed text', '❯ fix it', '❯ fix it'],
  ['a suggestion', '❯ \x1b[2mdelete the old branch', '❯'],
  ['a suggestion of wide characters', '❯ \x1b[7m运\x1b[0;2m行所有测试', '❯'],
  ['one in bright black', '❯ \x1b[90mdelete it', '❯'],
  ['one in grey by number', '❯ \x1b[38;5;8mdelete it', '❯'],
  ['one in a grey of its own', '❯ \x1b[38;2;153;153;153mdelete it', '❯'],
  ['the rest of a command, behind the cursor', '! echo h\x1b[7me\x1b[0;2mllo one two', '! echo h'],
  ['wide text, and the rest of it', '❯ 运行\x1b[7m所\x1b[0;2m有测试', '❯ 运行'],
  ['the cursor on typed text', '❯ fi\x1b[7mx\x1b[0m it', '❯ fix it'],
  ['text in a colour', '❯ \x1b[38;2;177;185;249m/compact', '❯ /compact'],
  ['white and black', '❯ \x1b[38;2;250;250;250mwhite \x1b[38;2;10;10;10mblack', '❯ white black'],
])('%s', async (_name, output, plain) => {
  expect(await row(output)).toBe(plain);
});
