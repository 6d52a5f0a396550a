/**
 * The person's words in a simulated world; a seed that breaks a rule is repeated with `npm run typing -- --seed N
 * --count 1 --tail`.
 */
import { expect, test, vi } from 'vitest';
import { firstBroken } from '../seeds.ts';
import { bugs } from './bugs.ts';
import { play } from './play.ts';

/** All of it is computed: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 300_000 });

test('whatever happens to agents, each word is sent once or is still there', async () => {
  expect(await firstBroken(60, play)).toBeNull();
});

test.each([36, 144, 155, 361, 689, 1043, 1682, 1988, 2564, 5397, 8096, 11467, 45570, 46764, 50918])(
  'seed %i, which once found a fault',
  async (seed) => {
    expect((await play(seed)).violations).toEqual([]);
  },
);

test('the same seed is the same run', async () => {
  const [one, other] = [await play(1), await play(1)];
  expect(one.log.length).toBeGreaterThan(100);
  expect(one.log).toEqual(other.log);
});

test.each(Object.keys(bugs))('a planted bug is found: %s', async (name) => {
  expect(await firstBroken(20, (seed) => play(seed, bugs[name]))).not.toBeNull();
});
