/**
 * Print mode in a simulated world; a seed that breaks a rule is repeated with `npm run pipes -- --seed N --count 1
 * --tail`.
 */
import { expect, test, vi } from 'vitest';
import { firstBroken } from '../seeds.ts';
import { bugs } from './bugs.ts';
import { play } from './play.ts';

/** All of it is computed: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 300_000 });

test('whatever happens to agents, each prompt is answered once', async () => {
  expect(await firstBroken(30, play)).toBeNull();
});

test.each([128, 252, 2232])('seed %i, which once found a fault', async (seed) => {
  expect((await play(seed)).violations).toEqual([]);
});

test('the same seed is the same run', async () => {
  const [one, other] = [await play(1), await play(1)];
  expect(one.log.length).toBeGreaterThan(10);
  expect(one.log).toEqual(other.log);
});

/** All of them take minutes. */
const planted = Object.keys(bugs).slice(0, process.env.NIGHTLY === undefined ? 3 : undefined);

test.each(planted)('a planted bug is found: %s', async (name) => {
  expect(await firstBroken(200, (seed) => play(seed, bugs[name]))).not.toBeNull();
});
