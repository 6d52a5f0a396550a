/**
 * `npm run episodes -- [--seed N] [--count N] [--jobs N] [--minutes N] [--healthy] [--turns N] [--versions V,V]
 * [--chance N] [--keep] [--out FILE]`: plays episodes with the real agent, each drawn from its seed, and judges them by
 * what the world saw.
 *
 * --healthy brings no trouble, so that every touch is a wrong one; --turns sets how many turns an episode has;
 * --minutes begins none later than that; --chance draws so many further versions from the package registry (default: two
 * in a run of at least `fullCount` episodes); --keep leaves the home of a failing one; --out appends a JSON line for
 * each.
 */
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { drawVersions } from '../matrix/drawn-versions.ts';
import { versionNames } from '../matrix/versions.ts';
import { check } from './check.ts';
import { describePlan } from './describe-plan.ts';
import { learntIn, longer } from './learnt.ts';
import { planOf } from './plan.ts';
import { playEpisode } from './play.ts';
import { reportOf } from './report.ts';
import { type Row, rowOf, tableOf } from './tally.ts';

/** A run of so many counts as a full one. */
const fullCount = 30;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10' },
    jobs: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '100000' },
    healthy: { type: 'boolean', default: false },
    turns: { type: 'string' },
    versions: { type: 'string', default: versionNames.join(',') },
    chance: { type: 'string' },
    keep: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});

const first = Number(values.seed);
const count = Number(values.count);
const stopAt = Date.now() + Number(values.minutes) * 60_000;
const drawn = drawVersions(Number(values.chance ?? (count >= fullCount ? 2 : 0)));
if (drawn.length > 0) process.stdout.write(`versions drawn from the registry: ${drawn.join(', ')}\n`);
const versions = [...values.versions.split(','), ...drawn];
const queue = Array.from({ length: count }, (_, index) => first + index);
const rows: (readonly [version: string, row: Row])[] = [];
let right = 0;
let wrong = 0;
/** How long agents have lived, starts and ends included. */
let agentMs = 0;
let learnt = { firstByteMs: 0, streamMs: 0 };
const options = {
  healthy: values.healthy,
  ...(values.turns !== undefined && { turns: Number(values.turns) }),
};

async function work(): Promise<void> {
  for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
    if (Date.now() > stopAt) return;
    await one(seed);
  }
}

async function one(seed: number): Promise<void> {
  const plan = planOf(seed, versions, options);
  const startedAt = Date.now();
  const took = () => `${((Date.now() - startedAt) / 1_000).toFixed(0)} s`;
  const keep = (violations: readonly object[]) => {
    if (values.out !== undefined)
      appendFileSync(
        values.out,
        `${JSON.stringify({ ...plan, versions, violations, ms: Date.now() - startedAt })}\n`,
      );
  };
  try {
    const played = await playEpisode(plan);
    const violations = check(plan, played.log);
    rows.push([plan.version, rowOf(plan, played.log, violations)]);
    agentMs += Date.now() - startedAt;
    learnt = longer(learnt, learntIn(played.env));
    if (violations.length === 0) {
      right += 1;
      process.stdout.write(`✓ ${describePlan(plan)[0]} (${took()})\n`);
    } else {
      wrong += 1;
      process.stdout.write(`✗ ${reportOf(plan, played, violations)}(${took()})\n`);
    }
    keep(violations);
    if (values.keep && violations.length > 0) process.stdout.write(`kept: ${played.root}\n`);
    else played.remove();
  } catch (error) {
    wrong += 1;
    const what = error instanceof Error ? error.message : String(error);
    process.stdout.write(`✗ ${describePlan(plan).join('\n')}\nnot played: ${what}\n`);
    keep([{ rule: 'not played', what }]);
  }
}

await Promise.all(Array.from({ length: Number(values.jobs) }, work));
process.stdout.write(
  `${tableOf(rows).join('\n')}\n` +
    `longest silences learnt: ${learnt.firstByteMs} ms to a first byte, ${learnt.streamMs} ms in a stream\n` +
    `${(agentMs / 60_000).toFixed(0)} agent-minutes\n${right} right, ${wrong} wrong\n`,
);
process.exitCode = wrong > 0 ? 1 : 0;
