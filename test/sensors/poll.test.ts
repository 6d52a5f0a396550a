import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPoll, restMs } from '../../src/sensors/poll.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('looks at its pace, at rest once a minute, and at once when the rest is over', () => {
  let looks = 0;
  const poll = createPoll(() => looks++, 2_000);
  poll.rest(true); // not yet at work
  vi.advanceTimersByTime(10_000);
  expect(looks).toBe(0);
  poll.start();
  vi.advanceTimersByTime(10_000);
  expect(looks).toBe(5);
  poll.rest(true);
  vi.advanceTimersByTime(restMs);
  expect(looks).toBe(6);
  poll.rest(false);
  expect(looks).toBe(7);
  vi.advanceTimersByTime(2_000);
  expect(looks).toBe(8);
  poll.stop();
  poll.rest(false);
  vi.advanceTimersByTime(10_000);
  expect(looks).toBe(8);
});
