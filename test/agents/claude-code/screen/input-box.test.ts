import { expect, test } from 'vitest';
import { readInputBox } from '../../../../src/agents/claude-code/screen/input-box.ts';
import type { ScreenView } from '../../../../src/agents/contract/screen.ts';

const rule = '─'.repeat(40);

function view(drawn: string, footer = '  ? for shortcuts'): ScreenView {
  return {
    rows: `● Done.\n\n${drawn === '' ? '' : `${rule}\n${drawn}\n${rule}\n`}${footer}`.split('\n'),
    cursor: { row: 0, column: 0, visible: true },
    title: '',
    columns: 40,
    stale: false,
  };
}

test.each([
  ['❯', '', true],
  ['❯\u00a0fix it', 'fix it', true],
  ['❯ one\n  two\n\n  > three', 'one\ntwo\n\n> three', true],
  ['❯ [Pasted text #1 +4 lines]', '[Pasted text #1 +4 lines]', true],
  ['❯ Try "fix it"', '', true],
  [' > Try "fix it"', '', true],
  [' > one\n   > two', 'one\n> two', true],
  ['! ls', '!ls', false],
  ['!', '!', false],
])('%j', (drawn, text, isPrompt) => {
  expect(readInputBox(view(drawn))).toEqual({ text, isPrompt, vimInsert: false });
});

test('in vim’s INSERT mode', () => {
  expect(readInputBox(view('❯ x', '  -- INSERT -- ? for shortcuts'))?.vimInsert).toBe(true);
});

test('no box', () => expect(readInputBox(view(''))).toBeNull());
