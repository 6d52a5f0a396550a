import { expect, test } from 'vitest';
import type { DrillResult } from '../../src/drill/run.ts';
import { headline, line, summary } from '../../src/drill/scoreboard.ts';

const result: DrillResult = {
  scenario: 'dead-mid-text',
  what: 'the stream dies',
  expect: 'recovery',
  class: 'dead-stream',
  actions: ['cut', 'cut', 'nudge'],
  outcome: 'recovered',
  detect_ms: 2100,
  recover_ms: 12_340,
  same_process: true,
  ok: true,
  problem: null,
};
const cells = (text: string) => text.split(/ {2,}/);

test('a line matches its headline', () => {
  expect(cells(line(result))).toEqual([
    '✓ dead-mid-text',
    'dead-stream',
    'cut ×2 → nudge',
    '2.1 s',
    '12.3 s',
    'same',
  ]);
  expect(cells(headline.trim())).toHaveLength(cells(line(result)).length);
});

test.each<[string, Partial<DrillResult>, string]>([
  ['an agent that recovered by itself', { class: null, actions: [], detect_ms: null }, 'agent by itself'],
  ['hands off', { expect: 'no action', class: null, actions: [], detect_ms: null }, '–'],
  ['no recovery', { ok: false, actions: [], recover_ms: null, problem: 'x' }, '✗'],
])('shows %s', (_title, change, text) => {
  expect(line({ ...result, ...change })).toContain(text);
});

test('the summary counts what failed', () => {
  expect(summary([result, result], 61_000)).toBe('2 drills in 61 s: all came through.');
  expect(summary([result, { ...result, ok: false }], 1000)).toContain('1 did not come through');
});
