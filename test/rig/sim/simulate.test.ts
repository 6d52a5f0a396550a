/** The core in a simulated world; a seed that breaks a rule is repeated with `npm run sim -- --seed N --count 1 --tail`. */
import { expect, test, vi } from 'vitest';
import { type Bug, simulate } from './simulate.ts';

/** All of it is computed, in one go: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 300_000 });
const hour = 3_600_000;
const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('a healthy agent is never touched, however odd its work looks', () => {
  const broken = seeds(6).flatMap((seed) => {
    const { violations } = simulate(seed, { healthy: true, safetyMs: hour });
    return violations.map(({ rule, what }) => `seed ${seed}: ${rule}: ${what}`);
  });
  expect(broken).toEqual([]);
});

test('the same seed is the same run', () => {
  const [one, other] = [1, 1].map((seed) => simulate(seed, { safetyMs: hour / 4, verbose: true }));
  expect(one?.log.length).toBeGreaterThan(100);
  expect(one?.log).toEqual(other?.log);
});

test('a guard that hears of no progress of an answer cuts it: the rules see it', () => {
  const bug: Bug = {
    hears: (observation) =>
      observation.type === 'connection.bytes' && observation.down > 0 && observation.up === 0
        ? null
        : observation,
  };
  const broken = seeds(8).flatMap(
    (seed) => simulate(seed, { healthy: true, safetyMs: hour, bug }).violations,
  );
  expect(broken.map(({ rule }) => rule)).toContain('no healthy agent is cut');
});
