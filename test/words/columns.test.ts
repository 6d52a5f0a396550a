import { expect, test } from 'vitest';
import { displayWidth, shorten, wrap } from '../../src/words/columns.ts';
import { duration, roughDuration } from '../../src/words/times.ts';

test('widths: wide, combining and plain characters', () => {
  expect(displayWidth('abc')).toBe(3);
  expect(displayWidth('日本')).toBe(4);
  expect(displayWidth('e\u0301')).toBe(1);
  expect(displayWidth('😀')).toBe(2);
  expect(shorten('日本語', 5, { unicode: true })).toBe('日本…');
  expect(shorten('abc', 3, { unicode: true })).toBe('abc');
  for (let columns = 0; columns < 20; columns++)
    expect(
      displayWidth(shorten('a /srv/日本語 b', columns, { unicode: true })),
      `${columns}`,
    ).toBeLessThanOrEqual(columns);
  expect(wrap('a bb ccc', 4)).toEqual(['a bb', 'ccc']);
  expect(wrap('averylongword b', 4)).toEqual(['averylongword', 'b']);
});

test.each([
  [-5, '1s', '1s'],
  [400, '1s', '1s'],
  [4_000, '4s', '4s'],
  [59_700, '1m', '1m'],
  [200_000, '3m 20s', '3m'],
  [7_500_000, '2h 5m', '2h'],
  [90_000_000, '1d 1h', '1d'],
])('%i ms is %s, roughly %s', (ms, exactly, roughly) => {
  expect(duration(ms)).toBe(exactly);
  expect(roughDuration(ms)).toBe(roughly);
});
