/**
 * The core in a simulated world; a seed that breaks a rule is repeated with `npm run sim -- --seed N --count 1 --tail`.
 */
import { expect, test, vi } from 'vitest';
import { bugs } from './bugs.ts';
import { type RunOptions, simulate } from './simulate.ts';

/** All of it is computed, in one go: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 300_000 });
const minute = 60_000;
const hour = 60 * minute;
const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** What went against the rules in these runs. */
const broken = (count: number, options: RunOptions) =>
  seeds(count).flatMap((seed) =>
    simulate(seed, options).violations.map(({ rule, what }) => `seed ${seed}: ${rule}: ${what}`),
  );

test('a healthy agent is never touched, however odd its work looks', () => {
  expect(broken(4, { healthy: true, safetyMs: hour })).toEqual([]);
});

test('whatever happens, only an agent in trouble is touched, and trouble is noticed', () => {
  expect(broken(40, { safetyMs: 20 * minute })).toEqual([]);
});

test('the same seed is the same run', () => {
  const [one, other] = [1, 1].map((seed) => simulate(seed, { safetyMs: hour / 4, verbose: true }));
  expect(one?.log.length).toBeGreaterThan(100);
  expect(one?.log).toEqual(other?.log);
});

/** The first run that finds it; null: none of so many does. */
const foundBy = (name: string, count: number) =>
  seeds(count).find((seed) => {
    const bug = bugs[name]?.();
    return bug !== undefined && simulate(seed, { safetyMs: hour, bug }).violations.length > 0;
  }) ?? null;

const few = [
  'the end of an agent is told of another generation',
  'ticks are lost',
  'a dialog is read as work',
  'a nudge is typed twice',
  'an agent is started beside the old one',
];
test.each(process.env.NIGHTLY ? Object.keys(bugs) : few)('a planted bug is found: %s', (name) => {
  expect(foundBy(name, process.env.NIGHTLY ? 200 : 40)).not.toBeNull();
});
