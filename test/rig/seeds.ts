/** What the simulated worlds that are played seed by seed have in common. */
import { parseArgs } from 'node:util';
import type { Millis } from '../../src/events.ts';

export interface Violation {
  /** In simulated time; absent where there is none. */
  readonly at?: Millis;
  readonly rule: string;
  readonly what: string;
}

export interface Played {
  readonly violations: readonly Violation[];
  readonly log: readonly string[];
  /** How often each thing has happened. */
  readonly reached: ReadonlyMap<string, number>;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const add = (counts: Map<string, number>, key: string, times: number): void =>
  void counts.set(key, (counts.get(key) ?? 0) + times);

/**
 * The program `npm run NAME -- [--seed N] [--count N] [--tail]`: prints the seeds that broke a rule, each with the
 * command that repeats it, and how often each thing has happened.
 */
export async function playSeeds(name: string, play: (seed: number) => Promise<Played>): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '100' },
      tail: { type: 'boolean', default: false },
    },
  });
  const [first, count] = [Number(values.seed), Number(values.count)];
  const wrong = (['seed', 'count'] as const).find((option) => !(Number(values[option]) > 0));
  if (wrong !== undefined) {
    process.stderr.write(`${name}: --${wrong}: "${values[wrong]}" is not a number above 0\n`);
    process.exit(2);
  }
  const broken = new Map<string, number>();
  const reached = new Map<string, number>();
  for (let seed = first; seed < first + count; seed++) {
    const played = await play(seed);
    for (const [kind, times] of played.reached) add(reached, kind, times);
    if (values.tail) say(played.log.join('\n'));
    const [violation] = played.violations;
    if (violation === undefined) continue;
    const { at, rule, what } = violation;
    add(broken, rule, 1);
    say(`✗ ${at === undefined ? '' : `at ${(at / 1_000).toFixed(1)} s: `}${rule}: ${what}`);
    say(`    npm run ${name} -- --seed ${seed} --count 1 --tail`);
  }
  list('happened', reached);
  list('broken rules, by seeds', broken);
  process.exitCode = broken.size === 0 ? 0 : 1;
}

function list(name: string, counts: ReadonlyMap<string, number>): void {
  say(`${name}:`);
  for (const [key, times] of counts) say(`${String(times).padStart(8)}  ${key}`);
}

/** The first seed, from 1 on, that breaks a rule, and which. Null: none does. */
export async function firstBroken(
  count: number,
  play: (seed: number) => Promise<Played>,
): Promise<string | null> {
  for (let seed = 1; seed <= count; seed++) {
    const [violation] = (await play(seed)).violations;
    if (violation !== undefined) return `seed ${seed}: ${violation.rule}: ${violation.what}`;
  }
  return null;
}
