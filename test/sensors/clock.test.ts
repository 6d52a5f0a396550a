import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { clockSensor, type Moment, readGaps } from '../../src/sensors/clock.ts';
import { restMs } from '../../src/sensors/poll.ts';

const zero: Moment = { wallMs: 1_000_000, monotonicMs: 0, bootMs: 500 };
/** @param sleptMs of sleep in between, which counts for the wall clock and for the time since boot */
const after = (wallMs: number, monotonicMs: number, sleptMs = 0): Moment => ({
  wallMs: zero.wallMs + wallMs,
  monotonicMs,
  bootMs: 500 + monotonicMs + sleptMs,
});

test.each([
  ['a steady second', after(1_000, 1_000), []],
  ['a late tick of a busy machine', after(4_000, 4_000), []],
  ['wall clock set back by an hour', after(1_000 - 3_600_000, 1_000), []],
  ['wall clock set ahead by an hour', after(3_601_000, 1_000), []],
  [
    'an hour of sleep',
    after(3_601_000, 1_000, 3_600_000),
    [{ type: 'clock.gap', gapMs: 3_600_000, cause: 'slept', lookedAt: zero.monotonicMs }],
  ],
  [
    'an hour of sleep, and the wall clock set back by as much',
    after(1_000, 1_000, 3_600_000),
    [{ type: 'clock.gap', gapMs: 3_600_000, cause: 'slept', lookedAt: zero.monotonicMs }],
  ],
  ['asleep, with the time since boot unknown', { ...after(3_601_000, 1_000), bootMs: null }, []],
  [
    'stopped for ten seconds',
    after(11_000, 11_000),
    [{ type: 'clock.gap', gapMs: 10_000, cause: 'stalled' }],
  ],
  [
    'asleep while stopped',
    after(71_000, 11_000, 60_000),
    [
      { type: 'clock.gap', gapMs: 60_000, cause: 'slept', lookedAt: zero.monotonicMs },
      { type: 'clock.gap', gapMs: 10_000, cause: 'stalled' },
    ],
  ],
])('%s', (_, next, expected) => {
  expect(readGaps(zero, next, 1_000)).toEqual(expected);
});

test('no gap is negative or small, whatever the clocks do', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(), fc.integer(), (wallMs, monotonicMs, sleptMs) => {
      for (const gap of readGaps(zero, after(wallMs, monotonicMs, sleptMs), 1_000)) {
        expect(gap).toSatisfy((each: Observation) => each.type === 'clock.gap' && each.gapMs >= 5_000);
      }
    }),
  );
});

test('property: the wall clock never matters', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.nat(), fc.nat(), (one, other, monotonicMs, sleptMs) => {
      expect(readGaps(zero, after(one, monotonicMs, sleptMs), 1_000)).toEqual(
        readGaps(zero, after(other, monotonicMs, sleptMs), 1_000),
      );
    }),
  );
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('ticks; reports a gap before the tick that ends it; stops', () => {
  const seen: Observation[] = [];
  let sleptMs = 0;
  const clock = clockSensor(1_000, () => ({
    wallMs: Date.now() + sleptMs,
    monotonicMs: performance.now(),
    bootMs: performance.now() + sleptMs,
  }));
  void clock.start((observation) => seen.push(observation));
  vi.advanceTimersByTime(2_000);
  sleptMs = 60_000;
  vi.advanceTimersByTime(1_000);
  expect(seen.map(({ type }) => type)).toEqual(['tick', 'tick', 'clock.gap', 'tick']);
  void clock.stop();
  vi.advanceTimersByTime(10_000);
  expect(seen).toHaveLength(4);
});

test('at rest, it ticks once a minute, but reports gaps at once', () => {
  const seen: Observation[] = [];
  let sleptMs = 0;
  const clock = clockSensor(1_000, () => ({
    wallMs: Date.now(),
    monotonicMs: performance.now(),
    bootMs: performance.now() + sleptMs,
  }));
  void clock.start((observation) => {
    seen.push(observation);
    if (observation.type === 'clock.gap') clock.rest?.(false);
  });
  clock.rest?.(true);
  vi.advanceTimersByTime(1_000);
  expect(seen).toMatchObject([{ type: 'tick', restMs }]);
  vi.advanceTimersByTime(restMs - 1_000);
  expect(seen).toHaveLength(1);
  vi.advanceTimersByTime(1_000);
  expect(seen).toMatchObject([
    { type: 'tick', restMs },
    { type: 'tick', restMs },
  ]);
  vi.advanceTimersByTime(30_000);
  sleptMs = 60_000;
  const lookedAt = performance.now();
  vi.advanceTimersByTime(2_000);
  expect(seen.slice(2)).toEqual([
    { type: 'clock.gap', gapMs: 60_000, cause: 'slept', lookedAt },
    { type: 'tick', wallMs: Date.now() - 1_000 },
    { type: 'tick', wallMs: Date.now() },
  ]);
  void clock.stop();
});
