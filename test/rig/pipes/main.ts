/**
 * `npm run pipes -- [--seed N] [--count N] [--tail]`: hosts have their prompts answered in print mode while agents
 * die. The guard's own code runs in simulated time. It prints the seeds that broke a rule, each with the command that
 * repeats it.
 */
import { parseArgs } from 'node:util';
import { play } from './play.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    tail: { type: 'boolean', default: false },
  },
});
const [first, count] = [Number(values.seed), Number(values.count)];
const wrong = (['seed', 'count'] as const).find((name) => !(Number(values[name]) > 0));
if (wrong !== undefined) {
  process.stderr.write(`pipes: --${wrong}: "${values[wrong]}" is not a number above 0\n`);
  process.exit(2);
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const broken = new Map<string, number>();
const reached = new Map<string, number>();
for (let seed = first; seed < first + count; seed++) {
  const played = await play(seed);
  for (const [kind, times] of played.reached) reached.set(kind, (reached.get(kind) ?? 0) + times);
  const [violation] = played.violations;
  if (values.tail) say(played.log.join('\n'));
  if (violation === undefined) continue;
  broken.set(violation.rule, (broken.get(violation.rule) ?? 0) + 1);
  say(`✗ at ${(violation.at / 1_000).toFixed(1)} s: ${violation.rule}: ${violation.what}`);
  say(`    npm run pipes -- --seed ${seed} --count 1 --tail`);
}
for (const [name, counts] of [
  ['happened', reached],
  ['broken rules, by seeds', broken],
] as const) {
  say(`${name}:`);
  for (const [key, times] of counts) say(`${String(times).padStart(8)}  ${key}`);
}
process.exitCode = broken.size === 0 ? 0 : 1;
