/** The tunnel in a simulated world; a seed that breaks a rule is repeated with `npm run lines -- --seed N --count 1 --tail`. */
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

test('the same seed is the same run', async () => {
  const withoutPorts = async () =>
    (await play(3)).log.map((line) => line.replace(/127\.0\.0\.1:\d+/g, 'server'));
  const [one, other] = [await withoutPorts(), await withoutPorts()];
  expect(one.length).toBeGreaterThan(10);
  expect(one.filter((line) => !line.includes('connection.'))).toEqual(
    other.filter((line) => !line.includes('connection.')),
  );
});

test.each(Object.keys(bugs))('a planted bug is found: %s', async (name) => {
  expect(await firstBroken(200, (seed) => play(seed, bugs[name]))).not.toBeNull();
});
