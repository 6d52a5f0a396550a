/**
 * `npm run sim -- [--seed N] [--count N] [--healthy] [--only KIND,KIND] [--hours N] [--tail]`: the guard's core in a simulated
 * world, one run for each seed. It prints the runs that broke a rule, each with the command that repeats it, and what
 * was reached.
 */
import { parseArgs } from 'node:util';
import { type FaultKind, faultNames } from './plan.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    healthy: { type: 'boolean', default: false },
    only: { type: 'string' },
    hours: { type: 'string', default: '4' },
    tail: { type: 'boolean', default: false },
  },
});
const only = values.only?.split(',') as readonly FaultKind[] | undefined;
const unknown = only?.find((kind) => !faultNames.includes(kind));
if (unknown !== undefined) {
  process.stderr.write(`sim: --only: "${unknown}" is no kind of fault; there are ${faultNames.join(', ')}\n`);
  process.exit(2);
}
const wrong = (['seed', 'count', 'hours'] as const).find((name) => !(Number(values[name]) > 0));
if (wrong !== undefined) {
  process.stderr.write(`sim: --${wrong}: "${values[wrong]}" is not a number above 0\n`);
  process.exit(2);
}
const total = { turns: 0, faults: 0, broken: 0, hours: 0 };
const reached = new Map<string, number>();
const startedAt = performance.now();
for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.count); seed++) {
  const run = simulate(seed, {
    healthy: values.healthy,
    safetyMs: Number(values.hours) * 3_600_000,
    ...(only && { only }),
  });
  total.turns += run.turns;
  total.hours += run.simulatedMs / 3_600_000;
  for (const count of Object.values(run.faults)) total.faults += count;
  for (const [key, count] of Object.entries(run.reached)) reached.set(key, (reached.get(key) ?? 0) + count);
  if (run.violations.length === 0) continue;
  total.broken++;
  const first = run.violations[0];
  process.stdout.write(
    `✗ seed ${seed}: ${run.violations.length} violations, the first at ${((first?.at ?? 0) / 1_000).toFixed(1)} s: ${first?.rule}: ${first?.what}\n`,
  );
  if (values.tail) process.stdout.write(`${run.log.join('\n')}\n`);
}
const minutes = (performance.now() - startedAt) / 60_000;
process.stdout.write(
  `${[...reached]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, count]) => `  ${String(count).padStart(6)} ${key}`)
    .join('\n')}\n`,
);
process.stdout.write(
  `${values.count} seeds, ${total.hours.toFixed(0)} simulated hours, ${total.turns} turns, ${total.faults} faults, ${total.broken} seeds broke a rule; ${(Number(values.count) / minutes).toFixed(0)} seeds a minute\n`,
);
process.exitCode = total.broken > 0 ? 1 : 0;
