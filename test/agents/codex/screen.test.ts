/** Screens of the real agent (0.169.0, 100 columns), and what they say. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { partialText, readInputBox, readScreen } from '../../../src/agents/codex/screen.ts';
import type { ScreenView } from '../../../src/agents/contract/screen.ts';
import { fixture } from '../../support/places.ts';

const file = fixture('codex/screens.json');
const screens: Readonly<Record<string, { title: string; rows: string[] }>> = JSON.parse(
  readFileSync(file, 'utf8'),
);

/** The placeholder is drawn faint. */
const placeholder = 'Ask Codex to do anything';

function view(name: string, changes: Partial<ScreenView> = {}): ScreenView {
  const { title, rows: drawn } = screens[name] ?? { title: '', rows: [] };
  const rows = changes.rows ?? drawn;
  return {
    rows,
    title,
    columns: 100,
    cursor: { row: 0, column: 0, visible: true },
    stale: false,
    plainRow: (row) => rows[row]?.replace(placeholder, '') ?? '',
    ...changes,
  };
}

test.each([
  ['start', { activity: 'idle' }],
  ['draft', { activity: 'idle', draft: true }],
  ['draft-lines', { activity: 'idle', draft: true, failure: { kind: 'history' } }],
  ['draft-cleared', { activity: 'idle', failure: { kind: 'history' } }],
  ['working', { activity: 'busy', elapsedS: 1 }],
  ['streaming', { activity: 'busy' }],
  ['streaming-draft', { activity: 'busy', draft: true }],
  ['done', { activity: 'idle' }],
  ['approval', { activity: 'dialog', dialog: 'permission' }],
  ['interrupted', { activity: 'idle' }],
  ['tool', { activity: 'tool', elapsedS: 2 }],
  ['tool-done', { activity: 'idle' }],
  ['reconnecting', { activity: 'retrying', elapsedS: 4, retry: { attempt: 1, of: 5 } }],
  ['failed-429', { activity: 'idle', failure: { kind: 'rate-limit' } }],
  ['failed-400', { activity: 'idle', failure: { kind: 'history' } }],
  ['command-list', { activity: 'idle', draft: true, failure: { kind: 'history' } }],
  ['menu', { activity: 'dialog', dialog: 'other' }],
  ['sign-in', { activity: 'dialog', dialog: 'other' }],
])('%s', (name, expected) => {
  const facts = readScreen(view(name));
  expect(facts).toMatchObject(expected);
  expect(Object.keys(facts).toSorted()).toEqual(Object.keys(expected).toSorted());
});

test('an empty or garbled screen says nothing', () => {
  expect(readScreen(view('none'))).toEqual({ activity: 'unknown' });
  expect(readScreen(view('done', { stale: true }))).toEqual({ activity: 'unknown' });
});

test('the same error has the same fingerprint, and another error another', () => {
  const of = (name: string) => readScreen(view(name)).failure?.fingerprint;
  expect(of('failed-400')).toBe(of('draft-cleared'));
  expect(of('failed-400')).not.toBe(of('failed-429'));
});

test('words in the conversation mean nothing', () => {
  const { title, rows } = screens.done ?? { title: '', rows: [] };
  const quoted = rows.map((row) =>
    row.startsWith('• Hello') ? '• Working (9s • esc to interrupt) Press enter to confirm' : row,
  );
  expect(readScreen(view('done', { title, rows: quoted }))).toEqual({ activity: 'idle' });
});

test('the unfinished answer', () => {
  expect(partialText(view('streaming'))).toMatch(/^Hello there\. Hello there\./);
  expect(partialText(view('tool'))).toBe('I will use a tool.');
  expect(partialText(view('working'))).toBeNull();
  expect(partialText(view('failed-429'))).toBeNull();
});

test.each([
  ['start', ''],
  ['draft-lines', 'one\ntwo\nthree'],
  ['draft-cleared', ''],
])('the box of %s', (name, text) => {
  expect(readInputBox(view(name))).toEqual({ text, isPrompt: true, vimInsert: false });
});

test('a box with blank rows in its text', () => {
  const rows = ['› You were interrupted.', '', '  No tool call', '  was unfinished.', '', '  gpt-5 · Drill'];
  expect(readInputBox(view('', { rows }))?.text).toBe(
    'You were interrupted.\n\nNo tool call\nwas unfinished.',
  );
});
