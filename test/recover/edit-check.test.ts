import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cksum } from '../../src/recover/checksum.ts';
import type { EditIntent, FileState } from '../../src/recover/edit.ts';
import { judgeEdit } from '../../src/recover/edit-check.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const stateOf = (text: string): FileState => ({ checksum: cksum(bytes(text)), bytes: bytes(text).length });
const verdict = (intent: EditIntent, before: string | 'absent' | null, now: string | null) =>
  judgeEdit(
    intent,
    before === null || before === 'absent' ? before : stateOf(before),
    now === null ? null : bytes(now),
  ).verdict;
const replace = (from: string, to: string, everywhere = false): EditIntent => ({
  kind: 'replace',
  steps: [{ from, to, everywhere }],
});
const write = (content: string): EditIntent => ({ kind: 'write', content });
const cells = (...sources: string[]) =>
  JSON.stringify({ cells: sources.map((source, index) => ({ id: `c${index}`, source: [source] })) });

describe('verdicts', () => {
  type Row = [string, EditIntent, string | 'absent' | null, string | null, string];
  const table: Row[] = [
    ['write, done', write('new\n'), 'old', 'new\n', 'applied'],
    ['write, done with other line ends', write('a\nb\n'), 'old', 'a\r\nb\r\n', 'applied'],
    ['write, not begun', write('new'), 'old', 'old', 'not applied'],
    ['write of a new file, not begun', write('new'), 'absent', null, 'not applied'],
    ['write of a new file, half done', write('new text'), 'absent', 'new', 'changed otherwise'],
    ['write, something else happened', write('new'), 'old', 'other', 'changed otherwise'],
    ['write, never seen before', write('new'), null, 'other', 'cannot tell'],
    ['write, never seen before, no file', write('new'), null, null, 'not applied'],
    ['write of the same content', write('old'), 'old', 'old', 'applied'],
    ['write of nothing', write(''), 'old', '', 'applied'],
    ['edit, done', replace('b', 'XX'), 'a b c', 'a XX c', 'applied'],
    ['edit, not begun', replace('b', 'XX'), 'a b c', 'a b c', 'not applied'],
    ['edit, done in Windows lines', replace('b\nc', 'X\nY'), 'a\r\nb\r\nc', 'a\r\nX\r\nY', 'applied'],
    ['edit, done, with a byte order mark', replace('b', 'X'), '\ufeffa b', '\ufeffa X', 'applied'],
    ['edit, done where the new text already occurred', replace('b', 'a'), 'a b a', 'a a a', 'applied'],
    ['insertion, done', replace('b', 'b2b'), 'a b c', 'a b2b c', 'applied'],
    ['insertion, not begun', replace('b', 'b2b'), 'a b c', 'a b c', 'not applied'],
    ['deletion, done', replace('b ', ''), 'a b c', 'a c', 'applied'],
    ['deletion, with its line end', replace('b', ''), 'a\nb\nc\n', 'a\nc\n', 'applied'],
    ['deletion, not begun', replace('b ', ''), 'a b c', 'a b c', 'not applied'],
    ['edit everywhere, done', replace('b', 'X', true), 'b b', 'X X', 'applied'],
    ['edit, file changed since', replace('b', 'X'), 'a b c', 'a X c more', 'changed otherwise'],
    ['edit, other change only', replace('b', 'X'), 'a b c', 'a b c more', 'changed otherwise'],
    ['edit, file gone', replace('b', 'X'), 'a b c', null, 'changed otherwise'],
    ['edit, never seen before, done', replace('b', 'XX'), null, 'a XX c', 'applied'],
    ['edit, never seen before, not begun', replace('b', 'XX'), null, 'a b c', 'not applied'],
    ['edit, never seen before, both there', replace('b', 'XX'), null, 'b XX', 'cannot tell'],
    ['edit, never seen before, neither there', replace('b', 'XX'), null, 'zz', 'cannot tell'],
    ['edit, never seen before, empty', replace('b', 'XX'), null, '', 'changed otherwise'],
    ['insertion, never seen before, done', replace('b', 'b2'), null, 'a b2', 'applied'],
    [
      'notebook, done',
      { kind: 'notebook', mode: 'replace', cell: 'c1', source: 'x = 2' },
      cells('y', 'x = 1'),
      cells('y', 'x = 2'),
      'applied',
    ],
    [
      'notebook, not begun',
      { kind: 'notebook', mode: 'replace', cell: 'c1', source: 'x = 2' },
      cells('y', 'x = 1'),
      cells('y', 'x = 1'),
      'not applied',
    ],
    [
      'notebook, never seen before',
      { kind: 'notebook', mode: 'insert', cell: null, source: 'z' },
      null,
      cells('z'),
      'applied',
    ],
  ];
  test.each(table)('%s', (_title, intent, before, now, expected) => {
    expect(verdict(intent, before, now)).toBe(expected);
  });

  test('two steps, both undone', () => {
    const steps = [
      { from: 'a', to: 'b', everywhere: false },
      { from: 'b c', to: 'd', everywhere: false },
    ];
    expect(verdict({ kind: 'replace', steps }, 'x a c y', 'x d y')).toBe('applied');
    expect(verdict({ kind: 'replace', steps }, 'x a c y', 'x a c y')).toBe('not applied');
  });
});

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '\n'), minLength: 1, maxLength: 4 });
const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(''));

test('seen before the call: an applied edit is never judged not applied, nor the reverse', () => {
  fc.assert(
    fc.property(text, word, text, text, (head, from, tail, to) => {
      fc.pre(from !== to);
      const before = head + from + tail;
      const after = before.replace(from, () => to);
      const intent = replace(from, to);
      expect(verdict(intent, before, before)).toBe('not applied');
      expect(['applied', 'changed otherwise']).toContain(verdict(intent, before, after));
      if (to !== '') expect(verdict(intent, before, after)).toBe('applied');
    }),
  );
});

test('any intent on any file gets a verdict with evidence', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.uint8Array(),
      fc.option(fc.string()),
      (from, to, now, before) => {
        for (const intent of [write(to), replace(from, to), replace(from, to, true)]) {
          const state = before === null ? null : stateOf(before);
          expect(judgeEdit(intent, state, now).evidence).not.toBe('');
        }
      },
    ),
  );
});
