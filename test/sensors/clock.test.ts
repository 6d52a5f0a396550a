import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { clockSensor, type Moment, readGaps } from '../../src/sensors/clock.ts';

const zero: Moment = { wallMs: 1_000_000, monotonicMs: 0 };
const after = (wallMs: number, monotonicMs: number): Moment => ({
  wallMs: zero.wallMs + wallMs,
  monotonicMs,
});

test.each([
  ['a steady second', after(1_000, 1_000), []],
  ['a late tick of a busy machine', after(4_000, 4_000), []],
  ['wall set back by an hour', after(1_000 - 3_600_000, 1_000), []],
  ['wall set ahead by a second', after(2_000, 1_000), []],
  ['an hour of sleep', after(3_601_000, 1_000), [{ type: 'clock.gap', gapMs: 3_600_000, cause: 'slept' }]],
  ['ten seconds stopped', after(11_000, 11_000), [{ type: 'clock.gap', gapMs: 10_000, cause: 'stalled' }]],
  [
    'asleep while stopped',
    after(71_000, 11_000),
    [
      { type: 'clock.gap', gapMs: 60_000, cause: 'slept' },
      { type: 'clock.gap', gapMs: 10_000, cause: 'stalled' },
    ],
  ],
])('%s', (_, next, expected) => {
  expect(readGaps(zero, next, 1_000)).toEqual(expected);
});

test('no gap is negative or small, whatever the clocks do', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(), (wallMs, monotonicMs) => {
      for (const gap of readGaps(zero, after(wallMs, monotonicMs), 1_000)) {
        expect(gap).toSatisfy((each: Observation) => each.type === 'clock.gap' && each.gapMs >= 5_000);
      }
    }),
  );
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('ticks; tells a gap before the tick that ends it; stops', () => {
  const seen: Observation[] = [];
  let sleptMs = 0;
  const clock = clockSensor(1_000, () => ({ wallMs: Date.now() + sleptMs, monotonicMs: performance.now() }));
  void clock.start((observation) => seen.push(observation));
  vi.advanceTimersByTime(2_000);
  sleptMs = 60_000;
  vi.advanceTimersByTime(1_000);
  expect(seen.map(({ type }) => type)).toEqual(['tick', 'tick', 'clock.gap', 'tick']);
  void clock.stop();
  vi.advanceTimersByTime(10_000);
  expect(seen).toHaveLength(4);
});
