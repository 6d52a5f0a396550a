/** Whether the kernel has ended an agent for lack of memory: its count is of all processes of the machine. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchMemory } from '../../../src/guard/start/launch.ts';
import { outOfMemoryKills } from '../../../src/platform/memory.ts';

vi.mock('../../../src/platform/memory.ts', () => ({ outOfMemoryKills: vi.fn(() => 0) }));

const kills = (count: number) => vi.mocked(outOfMemoryKills).mockReturnValue(count);

beforeEach(() => {
  vi.useFakeTimers();
  kills(3);
});
afterEach(() => void vi.useRealTimers());

test('an agent that is killed as the kernel ends a process was short of memory', () => {
  const isOutOfMemory = watchMemory();
  vi.advanceTimersByTime(3_600_000 - 1_000);
  kills(4);
  vi.advanceTimersByTime(2_000); // it takes a while to end, across a look
  expect(isOutOfMemory('SIGKILL')).toBe(true);
});

test('an agent that is killed long after another process ran out of memory was not', () => {
  const isOutOfMemory = watchMemory();
  kills(4);
  vi.advanceTimersByTime(3_600_000);
  expect(isOutOfMemory('SIGKILL')).toBe(false);
});

test('nothing is looked at after the end', () => {
  watchMemory()('SIGTERM');
  expect(vi.getTimerCount()).toBe(0);
});
