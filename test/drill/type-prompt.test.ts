/** The rig's person at the box of a slow agent. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openTerminal } from '../../src/drill/outer-terminal.ts';
import { typePrompt } from '../../src/drill/type-prompt.ts';
import { temporaryFolder } from '../support/folder.ts';

/** An agent that reads a few bytes at a time, and is busy before and after its second prompt. */
const slowAgent = `
const { readSync } = require('node:fs');
const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
let text = '', said = '', prompts = 0;
for (;;) {
  process.stdout.write('\\x1b[2J\\x1b[H' + said + '\\r\\n❯ ' + text);
  if (prompts === 1 && text !== '') wait(2500);
  const bytes = Buffer.alloc('and twice that'.length + 1);
  // Two keys can come in one read.
  for (const part of bytes.subarray(0, readSync(0, bytes)).toString().split(/([\\x15\\r])/)) {
    if (part === '\\x15') text = '';
    else if (part !== '\\r') text += part;
    else {
      said += '[' + text + ']';
      text = '';
      prompts += 1;
      if (prompts === 1) wait(9000);
    }
  }
}
`;

test('a prompt is typed only once into the box of an agent that has taken one before, however late it appears', async () => {
  const folder = temporaryFolder();
  const program = join(folder, 'agent.cjs');
  writeFileSync(program, slowAgent);
  const terminal = openTerminal({
    command: '/bin/sh',
    args: ['-c', 'stty raw -echo; exec "$@"', 'sh', process.execPath, program],
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm-256color' },
  });
  onTestFinished(async () => {
    terminal.kill('SIGKILL');
    await terminal.exited;
  });
  await terminal.waitFor('❯');
  await typePrompt(terminal, 'the sum');
  await typePrompt(terminal, 'and twice that');
  await terminal.waitFor(/\[the sum\]\[.*\]/, 30_000);
  expect(terminal.text()).toContain('[the sum][and twice that]');
});
