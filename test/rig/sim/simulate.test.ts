/** The core in a simulated world; a seed that breaks a rule is repeated with `npm run sim -- --seed N --count 1 --tail`. */
import { expect, test, vi } from 'vitest';
import { bugs } from './bugs.ts';
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

test.each([
  ['progress of answers is not heard', 'no healthy agent is cut'],
  ['a nudge is typed twice', 'one nudge at a time'],
  ['an agent is started beside the old one', 'one living agent'],
  ['a dialog is read as work', 'no healthy agent gets a nudge'],
] as const)('a planted bug is found: %s', (name, rule) => {
  const isBroken = (bug: Bug) =>
    seeds(6).some((seed) =>
      simulate(seed, { safetyMs: hour, bug }).violations.some((each) => each.rule === rule),
    );
  expect(isBroken({})).toBe(false);
  expect(isBroken(bugs[name]?.() ?? {})).toBe(true);
});
