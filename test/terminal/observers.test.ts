/** When observers get what has passed, and in which order. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createObservers } from '../../src/terminal/observers.ts';
import { createSequenceReader } from '../../src/terminal/vt/sequences.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function observed() {
  const seen: string[] = [];
  const observers = createObservers({ wrote() {}, typed() {} });
  const reader = createSequenceReader();
  observers.observe((chunk) => seen.push(chunk.toString()));
  observers.observeKeys(() => seen.push('key'));
  vi.advanceTimersByTime(1_000);
  return {
    seen,
    observers,
    write(text: string, thenMs = 0) {
      observers.written(Buffer.from(text), reader.read(Buffer.from(text)));
      vi.advanceTimersByTime(thenMs);
    },
  };
}

test('the first output after a pause comes soon', () => {
  const { seen, write } = observed();
  write('one', 5);
  expect(seen).toEqual(['one']);
});

test('while the agent goes on drawing, its output is gathered', () => {
  const { seen, write } = observed();
  for (let ms = 0; ms < 1_000; ms += 10) write('.', 10);
  expect(seen.length).toBeGreaterThan(8);
  expect(seen.length).toBeLessThan(12);
  vi.advanceTimersByTime(100);
  expect(seen.join('')).toBe('.'.repeat(100));
});

test('a title does not wait, nor does a key, and the order is kept', () => {
  const { seen, write, observers } = observed();
  write('one', 5);
  write('two', 5);
  write('\x1b]0;title\x07', 5);
  expect(seen).toEqual(['one', 'two\x1b]0;title\x07']);
  write('three', 5);
  observers.typed([]);
  write('four', 5);
  expect(seen.slice(2)).toEqual(['three', 'key', 'four']);
});

test('whoever needs output at once pulls it, but not past a key', () => {
  const { seen, write, observers } = observed();
  write('one', 5);
  write('two');
  observers.pull();
  expect(seen).toEqual(['one', 'two']);
  write('three');
  observers.typed([]);
  observers.pull();
  expect(seen).toEqual(['one', 'two']);
  vi.advanceTimersByTime(5);
  expect(seen.slice(2)).toEqual(['three', 'key']);
});
