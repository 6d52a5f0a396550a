import fc from 'fast-check';
import { expect, test } from 'vitest';
import { learn, limit, maxLessonMs, noHealth, usualDeadlineMs } from '../../src/detect/health.ts';

const ms = fc.integer({ min: 1, max: 4_000_000 });
const deadline = fc.integer({ min: usualDeadlineMs, max: 4_000_000 });
const patience = fc.integer({ min: 0, max: 60 }).map((cuts) => 2 ** cuts);

test('property: a limit is never below the configured one, nor below half as much again of what was healthy', () => {
  fc.assert(
    fc.property(ms, ms, patience, deadline, (configuredMs, healthyMs, times, deadlineMs) => {
      const limitMs = limit(configuredMs, healthyMs, { patience: times, deadlineMs });
      expect(limitMs).toBeGreaterThanOrEqual(configuredMs);
      expect(limitMs).toBeGreaterThanOrEqual(healthyMs * 1.5);
    }),
  );
});

test('property: patience stretches a limit to a little beyond the agent’s own deadline, and no further', () => {
  fc.assert(
    fc.property(ms, ms, patience, deadline, (configuredMs, healthyMs, times, deadlineMs) => {
      const usualMs = limit(configuredMs, healthyMs, { patience: 1, deadlineMs });
      const limitMs = limit(configuredMs, healthyMs, { patience: times, deadlineMs });
      const more = limit(configuredMs, healthyMs, { patience: times * 2, deadlineMs });
      expect(more).toBeGreaterThanOrEqual(limitMs);
      expect(limitMs).toBeLessThanOrEqual(Math.max(usualMs, deadlineMs * 1.1));
      if (more === limitMs) expect(limitMs).toBeGreaterThan(deadlineMs); // the agent was first
    }),
  );
});

test.each([
  ['less than a second', 900, 0],
  ['a pause', 40_000, 40_000],
  ['a broken day', usualDeadlineMs + 1, 0],
])('%s teaches %i → %i', (_name, silentMs, expected) => {
  expect(learn(noHealth, 'streamMs', silentMs, usualDeadlineMs)).toEqual({
    firstByteMs: 0,
    streamMs: expected,
  });
});

test('a silence within what the person grants teaches, up to an hour', () => {
  expect(learn(noHealth, 'firstByteMs', 1_700_000, 1_800_000).firstByteMs).toBe(1_700_000);
  expect(learn(noHealth, 'firstByteMs', maxLessonMs + 1, 9_000_000).firstByteMs).toBe(0);
});

test('a shorter silence teaches nothing new', () => {
  const known = { firstByteMs: 5_000, streamMs: 40_000 };
  expect(learn(known, 'streamMs', 30_000, usualDeadlineMs)).toBe(known);
});
