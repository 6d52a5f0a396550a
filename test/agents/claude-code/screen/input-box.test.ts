import { describe, expect, test } from 'vitest';
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
  [' > one\n   > two', 'one\n> two', true],
  ['! ls', '!ls', false],
  ['!', '!', false],
])('%j', (drawn, text, isPrompt) => {
  expect(readInputBox(view(drawn))).toEqual({ text, isPrompt, vimInsert: false });
});

describe('words of a placeholder', () => {
  const words = ['Try "fix it"', 'Press up to edit queued messages', 'Message @bob'];

  /** Rule and footer are faint; in the box, this is not. */
  function coloured(drawn: string, plain: string): ScreenView {
    const shown = view(drawn);
    return { ...shown, plainRow: (row) => (shown.rows[row] === drawn ? plain : '') };
  }
  /** Nothing is faint. */
  function colourless(drawn: string, column: number): ScreenView {
    const shown = view(drawn);
    const row = shown.rows.indexOf(drawn);
    return { ...shown, plainRow: (at) => shown.rows[at] ?? '', cursor: { row, column, visible: true } };
  }

  test.each(words)('%s: faint, it is none of the person’s', (text) => {
    expect(readInputBox(coloured(`❯ ${text}`, '❯'))?.text).toBe('');
    expect(readInputBox(coloured(` > ${text}`, ' >'))?.text).toBe('');
  });
  test.each(words)('%s: as bright as what is typed, it was typed', (text) => {
    expect(readInputBox(coloured(`❯ ${text}`, `❯ ${text}`))?.text).toBe(text);
    expect(readInputBox(coloured(` > ${text}`, ` > ${text}`))?.text).toBe(text);
  });
  test.each(words)('%s: without colours, the cursor is on the first character of a placeholder', (text) => {
    expect(readInputBox(colourless(`❯ ${text}`, 2))?.text).toBe('');
    expect(readInputBox(colourless(`❯ ${text}`, 2 + text.length))?.text).toBe(text);
  });
});

test('in vim’s INSERT mode', () => {
  expect(readInputBox(view('❯ x', '  -- INSERT -- ? for shortcuts'))?.vimInsert).toBe(true);
});

test('no box', () => expect(readInputBox(view(''))).toBeNull());
