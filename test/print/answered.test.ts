/** Turns that have ended, and the prompts that they may have answered. */
import { expect, test } from 'vitest';
import { answeredOf } from '../../src/print/answered.ts';

test.each<[string, readonly number[], number, number]>([
  ['one each', [0, 1, 2], 3, 3],
  ['the last still open', [0, 1], 1, 1],
  ['sent ahead', [0, 0, 0], 2, 2],
  ['turns without a prompt', [0, 4, 4], 4, 1],
  ['turns without a prompt, and one with', [0, 4, 4], 5, 2],
  ['none', [], 3, 0],
])('of prompts, so many are answered: %s', (_name, turns, ended, answered) => {
  const prompts = turns.map((turn) => ({ turn }));
  expect(answeredOf(prompts, 0, ended)).toBe(answered);
});
