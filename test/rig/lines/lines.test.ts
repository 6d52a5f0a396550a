/**
 * The tunnel in a simulated world; a seed that breaks a rule is repeated with `npm run lines -- --seed N --count 1
 * --tail`.
 */
import { expect, test, vi } from 'vitest';
import { firstBroken } from '../seeds.ts';
import { bugs } from './bugs.ts';
import { play } from './play.ts';

/** Real sockets on a busy machine take their time. */
vi.setConfig({ testTimeout: 300_000 });

test('whatever clients and servers do, bytes, ends and reports are what they were', async () => {
  expect(await firstBroken(40, play)).toBeNull();
});

test.each([9, 23, 24])('seed %i, which once found a fault', async (seed) => {
  expect((await play(seed)).violations).toEqual([]);
});

/**
 * How the system cuts bytes into reads is its own affair, and so is whether it still knows who held a closed socket.
 */
async function storyOf(seed: number): Promise<readonly string[]> {
  return (await play(seed)).log
    .filter((line) => !line.includes('connection.bytes'))
    .map((line) => line.replace(/127\.0\.0\.1:\d+/g, 'server').replace(/"owner":"\w+"/, ''));
}

test.each([3, 8, 9, 19])('the same seed is the same run: %i', async (seed) => {
  const story = await storyOf(seed);
  expect(story.length).toBeGreaterThan(10);
  expect(await storyOf(seed)).toEqual(story);
});

test.each(Object.keys(bugs))('a planted bug is found: %s', async (name) => {
  expect(await firstBroken(200, (seed) => play(seed, bugs[name]))).not.toBeNull();
});
