import { expect, test } from 'vitest';
import { readRefusedResume } from '../../../../src/agents/claude-code/senses/refused-resume.ts';

const words =
  'Session 01234567-89ab-cdef-0123-456789abcdef is currently running as a background agent (bg). Use `claude agents` to find and attach to it, or add --fork-session to branch off a copy.';

const rowsOf = (text: string, columns: number) =>
  Array.from({ length: Math.ceil(text.length / columns) }, (_, row) =>
    text.slice(row * columns, (row + 1) * columns).trimEnd(),
  );

test.each([40, 72, 110, 250])(
  'a conversation in the background is recognised in a terminal of %i columns',
  (columns) => {
    expect(readRefusedResume({ rows: rowsOf(words, columns) })).toMatchObject({
      isHeld: true,
      detail: expect.stringContaining('`claude agents`'),
    });
  },
);

test('a script gets another wording', () => {
  const printed =
    'Error: That session is running in the background (5f37c96d). Run `claude attach 5f37c96d` to open it, or `claude stop 5f37c96d` first to resume it here. Add --fork-session to branch off a copy instead.';
  expect(readRefusedResume({ rows: ['a warning', printed, ''] })).toMatchObject({ isHeld: true });
});

test.each([
  'No conversation found with session ID: 01234567-89ab-cdef-0123-456789abcdef',
  '✻ Waiting for 1 background agent to finish',
  '',
])('other last words are no such reason: %j', (text) => {
  expect(readRefusedResume({ rows: rowsOf(text, 80) })).toBeNull();
});
