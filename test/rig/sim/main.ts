/**
 * `npm run sim -- [--seed N] [--count N] [--healthy] [--only KIND,KIND] [--hours N] [--tail]`: the guard's core in a
 * simulated world, one run for each seed. It prints the runs that broke a rule, each with the command that repeats it,
 * and what was reached. A large count that leaves a goal unreached has failed, too.
 */
import { parseArgs } from 'node:util';
import { missed } from './goals.ts';
import { type FaultKind, faultNames } from './plan.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    healthy: { type: 'boolean', default: false },
    only: { type: 'string' },
    hours: { type: 'string', default: '1' },
    tail: { type: 'boolean', default: false },
  },
});
function refuse(problem: string): never {
  process.stderr.write(`sim: ${problem}\n`);
  process.exit(2);
}
const only = values.only?.split(',') as readonly FaultKind[] | undefined;
const unknown = only?.find((kind) => !faultNames.includes(kind));
if (unknown !== undefined)
  refuse(`--only: "${unknown}" is no kind of fault; there are ${faultNames.join(', ')}`);
const wrong = (['seed', 'count', 'hours'] as const).find((name) => !(Number(values[name]) > 0));
if (wrong !== undefined) refuse(`--${wrong}: "${values[wrong]}" is not a number above 0`);

const [first, count, hours] = [Number(values.seed), Number(values.count), Number(values.hours)];
const asked = [
  ...(values.healthy ? ['--healthy'] : []),
  ...(values.only === undefined ? [] : ['--only', values.only]),
  '--hours',
  values.hours,
].join(' ');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const add = (counts: Map<string, number>, more: Readonly<Record<string, number>>): void => {
  for (const [key, times] of Object.entries(more)) counts.set(key, (counts.get(key) ?? 0) + times);
};
const list = (counts: ReadonlyMap<string, number>): void => {
  for (const [key, times] of [...counts].sort(([a], [b]) => a.localeCompare(b)))
    say(`${String(times).padStart(8)}  ${key}`);
};

const reached = new Map<string, number>();
const faults = new Map<string, number>();
const broken = new Map<string, number>();
let turns = 0;
let simulatedMs = 0;
const startedAt = performance.now();
for (let seed = first; seed < first + count; seed++) {
  const run = simulate(seed, { healthy: values.healthy, safetyMs: hours * 3_600_000, ...(only && { only }) });
  turns += run.turns;
  simulatedMs += run.simulatedMs;
  add(faults, run.faults);
  add(reached, run.reached);
  const [violation] = run.violations;
  if (violation === undefined) continue;
  const { at, rule, what } = violation;
  add(broken, { [rule]: 1 });
  say(`✗ at ${(at / 1_000).toFixed(1)} s: ${rule}: ${what} (${run.violations.length} in all)`);
  say(`    npm run sim -- --seed ${seed} --count 1 ${asked} --tail`);
  if (values.tail) say(run.log.join('\n'));
}
const minutes = (performance.now() - startedAt) / 60_000;
const total = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, times) => sum + times, 0);

say('faults:');
list(faults);
say('reached:');
list(reached);
say('broken rules, by seeds:');
list(broken);
const goals = missed(reached, values.healthy || only !== undefined ? 0 : count);
say(`goals: ${goals.length === 0 ? 'none missed' : `${goals.length} missed`}`);
for (const { key, least, times } of goals) say(`    ${key}: ${times}, not ${least}`);
say(
  `${count} seeds, ${(simulatedMs / 3_600_000).toFixed(0)} simulated hours, ${turns} turns, ${total(faults)} faults; ` +
    `${total(broken)} seeds broke a rule; ${(count / minutes).toFixed(0)} seeds a minute`,
);
process.exitCode = total(broken) > 0 || goals.length > 0 ? 1 : 0;
