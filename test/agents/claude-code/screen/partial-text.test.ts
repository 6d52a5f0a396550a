import { expect, test } from 'vitest';
import { partialText } from '../../../../src/agents/claude-code/screen/partial-text.ts';

const rule = '─'.repeat(40);
const screen = (...block: readonly string[]) => ({
  rows: ['❯ please go on', '', ...block, '', rule, '❯', rule, '  ⏵⏵ accept edits on'],
  cursor: { row: 0, column: 0, visible: true },
  title: '',
  columns: 80,
  stale: false,
});

test.each([
  [
    'its own words, wrapped by the screen',
    ['● The first half of', '  a sentence'],
    'The first half of a sentence',
  ],
  ['a tool call', ['● Bash(echo hi)', '  ⎿  Running…'], null],
  [
    'an error of its own',
    ['● API Error: Connection lost mid-response. The response above may be incomplete.'],
    null,
  ],
  ['words of the person', ['❯ another prompt'], null],
])('%s', (_, block, expected) => {
  expect(partialText(screen(...block))).toBe(expected);
});
