import { expect, test } from 'vitest';
import { createPace } from '../../src/tunnel/pace.ts';

/** Longest wait after this many bad ends, each `apartMs` after the one before. */
function waitAfter(badEnds: number, apartMs: number): number {
  const pace = createPace();
  for (let end = 1; end <= badEnds; end += 1) pace.bad('h', end * apartMs);
  return pace.waitMs('h', badEnds * apartMs, 1);
}

test.each([
  [0, 10, 0],
  [3, 10, 0],
  [4, 10, 100],
  [5, 10, 200],
  [7, 10, 800],
  [50, 10, 2_000],
  [50, 10_000, 0],
])('%i bad ends %i ms apart: %i ms', (badEnds, apartMs, expected) => {
  expect(waitAfter(badEnds, apartMs)).toBe(expected);
});

test('time already passed counts; a good end clears the record; each host has its own', () => {
  const pace = createPace();
  for (let end = 0; end < 5; end += 1) pace.bad('h', 1_000);
  expect(pace.waitMs('h', 1_150, 1)).toBe(50);
  expect(pace.waitMs('h', 5_000, 1)).toBe(0);
  expect(pace.waitMs('other', 1_000, 1)).toBe(0);
  pace.good('h');
  expect(pace.waitMs('h', 1_000, 1)).toBe(0);
});
