import { describe, expect, test } from 'vitest';
import { createWallClock } from '../../src/records/wall-clock.ts';

describe('the wall time of a moment', () => {
  test('stays what it was then, after a sleep of ten hours', () => {
    const clock = createWallClock(1_000_000);
    clock.learn(60_000, 1_000_000);
    clock.learn(70_000, 37_000_000);
    expect([clock.of(59_000), clock.of(69_999), clock.of(70_000)]).toEqual([
      1_059_000, 1_069_999, 37_070_000,
    ]);
  });

  test('follows a clock that is set back', () => {
    const clock = createWallClock(1_000_000);
    clock.learn(5_000, 880_000);
    expect([clock.of(4_000), clock.of(6_000)]).toEqual([1_004_000, 886_000]);
  });

  test('is not moved by two clocks that are read one after the other', () => {
    const clock = createWallClock(1_000_000);
    for (let at = 1_000; at < 5_000; at += 1_000) clock.learn(at, 1_000_000 + (at % 3) * 100);
    expect(clock.of(4_500)).toBe(1_004_500);
  });
});
