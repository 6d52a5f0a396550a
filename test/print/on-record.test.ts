/** Which prompts an agent has taken, as its transcript shows. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findOnRecord as find } from '../../src/print/on-record.ts';

const asked = (...texts: readonly string[]) => texts.map((text) => ({ text, images: 0 }));

const findOnRecord = (prompts: readonly string[], recorded: readonly string[], own: readonly string[] = []) =>
  find(
    asked(...prompts),
    recorded.map((text) => ({ text })),
    own.map((text) => ({ text, goesOn: false })),
  );

test('however many it takes as one, all that it took are found, and no more', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 })), fc.nat(4), (turns, waiting) => {
      const count = turns.reduce((sum, prompts) => sum + prompts, 0);
      const prompts = Array.from({ length: count + waiting }, (_, n) => `prompt ${n}.`);
      const unread = [...prompts];
      const recorded = turns.map((taken) => unread.splice(0, taken).join('\n\n'));
      const ends = turns.map((_, at) => turns.slice(0, at + 1).reduce((sum, taken) => sum + taken));
      expect(findOnRecord(prompts, recorded)).toEqual({ prompts: count, turns: ends });
    }),
  );
});

test('the same words are found as often as they are on record', () => {
  expect(findOnRecord(['again', 'again', 'again'], ['again', 'again'])).toEqual({
    prompts: 2,
    turns: [1, 2],
  });
});

test('what is recorded in other words comes before what was recorded later', () => {
  expect(findOnRecord(['one', '/two', 'three', 'four'], ['one', '<two>', 'three'])).toEqual({
    prompts: 3,
    turns: [1, 2, 3],
  });
});

test('what the guard has said is no part of a prompt', () => {
  expect(findOnRecord(['one', 'two'], ['one', 'the guard: go on\n\ntwo'], ['the guard: go on'])).toEqual({
    prompts: 2,
    turns: [1, 2],
  });
  expect(findOnRecord(['one'], ['the guard: go on'], ['the guard: go on'])).toEqual({
    prompts: 0,
    turns: [],
  });
});

test('a prompt that was taken into a turn has no turn of its own', () => {
  const recorded = [{ text: 'one' }, { text: 'two', joinsTurn: true }, { text: 'three' }] as const;
  expect(find(asked('one', 'two', 'three'), recorded)).toEqual({ prompts: 3, turns: [2, 3] });
});

test('prompts behind the guard’s own have its turn, which is that of the one before', () => {
  const recorded = [{ text: 'one' }, { text: 'go on\ntwo\nthree' }, { text: 'four' }];
  const own = [{ text: 'go on', goesOn: true }];
  expect(find(asked('one', 'two', 'three', 'four'), recorded, own)).toEqual({ prompts: 4, turns: [3, 4] });
});

test('what the guard has said again, with more, is one text of its own', () => {
  const recorded = [{ text: 'one' }, { text: 'go on. go on, once more.\ntwo\nthree' }, { text: 'four' }];
  const own = [
    { text: 'go on.', goesOn: true },
    { text: 'go on. go on, once more.', goesOn: true },
  ];
  expect(find(asked('one', 'two', 'three', 'four'), recorded, own)).toEqual({ prompts: 4, turns: [3, 4] });
});

test('what goes on with a turn no longer does so where it is said again before a prompt', () => {
  const recorded = [{ text: 'one' }, { text: 'go on. and more.\ntwo' }];
  const before = { text: 'go on.', goesOn: true };
  const longer = { text: 'go on. and more.', goesOn: false };
  expect(find(asked('one', 'two'), recorded, [before, longer])).toEqual({ prompts: 2, turns: [1, 2] });
  const same = [{ text: 'one' }, { text: 'go on.\ntwo' }];
  expect(find(asked('one', 'two'), same, [before, { ...before, goesOn: false }])).toEqual({
    prompts: 2,
    turns: [1, 2],
  });
});
