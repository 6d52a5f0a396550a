import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff } from '../../src/decide/backoff.ts';

const options = fc
  .tuple(fc.integer({ min: 10, max: 3_600_000 }), fc.integer({ min: 10, max: 3_600_000 }))
  .map(([initialMs, maxMs]) => ({ initialMs, maxMs }));
const attempts = fc.integer({ min: 1, max: 1_000_000 });
const chance = fc.double({ min: 0, max: 1, noNaN: true });

test.each([
  [1, 1, 1_000],
  [2, 1, 2_000],
  [5, 1, 16_000],
  [6, 1, 30_000],
  [1000, 1, 30_000],
  [1, 0, 500],
  [6, 0, 15_000],
])('attempt %i with chance %d waits %i ms', (attempt, random, expected) => {
  expect(backoff(attempt, { initialMs: 1_000, maxMs: 30_000 }, random)).toBe(expected);
});

test('stays within half a step and maxMs', () => {
  fc.assert(
    fc.property(attempts, options, chance, (attempt, limits, random) => {
      const waitMs = backoff(attempt, limits, random);
      expect(waitMs).toBeLessThanOrEqual(limits.maxMs);
      expect(waitMs).toBeGreaterThanOrEqual(Math.floor(Math.min(limits.initialMs, limits.maxMs) / 2));
      expect(Number.isInteger(waitMs)).toBe(true);
    }),
  );
});

test('never shrinks from one attempt to the next with the same random number', () => {
  fc.assert(
    fc.property(attempts, options, chance, (attempt, limits, random) => {
      expect(backoff(attempt + 1, limits, random)).toBeGreaterThanOrEqual(backoff(attempt, limits, random));
    }),
  );
});
