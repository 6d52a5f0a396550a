/**
 * Guards that die while they repair a conversation; a seed is repeated with `npm run deaths -- --seed N --count 1
 * --tail`.
 */
import { expect, test, vi } from 'vitest';
import { firstBroken } from '../seeds.ts';
import { bugs } from './bugs.ts';
import { play } from './play.ts';

/** Each seed is two or three processes. */
vi.setConfig({ testTimeout: 300_000 });

test('whenever a guard dies, the conversation is the old one or the new one, and the next guard brings it back', async () => {
  expect(await firstBroken(25, play)).toBeNull();
});

test.each(Object.keys(bugs))('a planted bug is found: %s', async (name) => {
  expect(await firstBroken(200, (seed) => play(seed, name))).not.toBeNull();
});
