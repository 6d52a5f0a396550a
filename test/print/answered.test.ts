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
  const prompts = turns.map((turn) => ({ turn, inTurn: false }));
  const taken: readonly number[] = [];
  expect(answeredOf(prompts, { taken, from: 0, to: ended, settled: new Map() }).prompts).toBe(answered);
});

test.each<[string, readonly number[], readonly number[], number, number, number]>([
  ['both of one', [0, 0, 0], [2], 1, 2, 1],
  ['both of one, and the next', [0, 0, 0], [2], 2, 3, 2],
  ['both of one, and none that came after the last turn', [0, 0, 2], [2], 2, 2, 1],
  ['a turn that one of them joined only later', [0, 1], [2], 1, 1, 0],
])('of turns that have taken several prompts: %s', (_name, turns, taken, ended, prompts, complete) => {
  const asked = turns.map((turn) => ({ turn, inTurn: false }));
  expect(answeredOf(asked, { taken, from: 0, to: ended, settled: new Map() })).toEqual({
    prompts,
    turns: complete,
  });
});
