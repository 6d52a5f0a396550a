import { expect, it } from 'vitest';
import { duration, mostSecondsOf, secondsOf } from '../../../src/agents/common/screen-text.ts';

it.each<[string, number, number]>([
  ['0s', 0, 0],
  ['17s', 17, 17],
  ['1m 40s', 100, 100],
  ['5m', 300, 359],
  ['1h 2m', 3_720, 3_779],
  ['2h', 7_200, 10_799],
  ['1h 2m 3s', 3_723, 3_723],
  ['3d', 259_200, 345_599],
  ['1 second', 1, 1],
  ['38 seconds', 38, 38],
  ['38\n    seconds', 38, 38],
])('a duration: %j', (text, least, most) => {
  expect(new RegExp(`^${duration}$`).test(text)).toBe(true);
  expect([secondsOf(text), mostSecondsOf(text)]).toEqual([least, most]);
});

it.each(['', 'soon', '17', '12k', '3sites', 's', '1m2'])('no duration: %j', (text) => {
  expect(new RegExp(`^${duration}$`).test(text)).toBe(false);
});

it('no duration has no length', () => {
  expect([secondsOf('soon'), mostSecondsOf('soon')]).toEqual([undefined, undefined]);
});
