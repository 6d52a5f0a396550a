/** Which prompts an agent has taken, as its transcript shows. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findOnRecord } from '../../src/print/on-record.ts';

test('however many it takes as one, all that it took are found, and no more', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 })), fc.nat(4), (turns, waiting) => {
      const count = turns.reduce((sum, prompts) => sum + prompts, 0);
      const prompts = Array.from({ length: count + waiting }, (_, n) => `prompt ${n}.`);
      const unread = [...prompts];
      const recorded = turns.map((taken) => unread.splice(0, taken).join('\n\n'));
      expect(findOnRecord(prompts, recorded)).toEqual({ prompts: count, turns: turns.length });
    }),
  );
});

test('the same words are found as often as they are on record', () => {
  expect(findOnRecord(['again', 'again', 'again'], ['again', 'again'])).toEqual({ prompts: 2, turns: 2 });
});

test('what is recorded in other words comes before what was recorded later', () => {
  expect(findOnRecord(['one', '/two', 'three', 'four'], ['one', '<two>', 'three'])).toEqual({
    prompts: 3,
    turns: 3,
  });
});
