/**
 * `npm run bench [ROUNDS]`: what the guard costs where it is felt, beside a bare pass-through, `script`, and nothing.
 * Rounds are interleaved and ratios are taken within a round, so a busy machine disturbs all alike.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contenders } from './contenders.ts';
import { agentScript, echoes, firstByte, flood, idle } from './measure.ts';

const floodBytes = 20_000_000;
const keysPerRound = 100;
const firstBytesPerRound = 3;
const idleMs = 20_000;

/** One row of the table; `best`: which direction is better. */
interface Measure {
  readonly name: string;
  readonly unit: string;
  /** Limit for the guard, as a ratio to the yardstick or as an absolute value; null: for information. */
  readonly aim: { readonly ratio: number } | { readonly most: number } | null;
  readonly best: 'low' | 'high';
  /** By contender, one value per round. */
  readonly values: Map<string, number[]>;
}

const yardstick = 'bare node-pty';
const guard = 'guard';

const measure = (
  name: string,
  unit: string,
  aim: Measure['aim'],
  best: Measure['best'] = 'low',
): Measure => ({
  name,
  unit,
  aim,
  best,
  values: new Map(),
});

const measures = {
  first: measure('first byte, agent boots 250 ms', 'ms', { ratio: 1.2 }),
  instant: measure('first byte, agent boots at once', 'ms', null),
  p50: measure('echo p50', 'ms', { ratio: 1 }),
  p99: measure('echo p99', 'ms', { ratio: 1 }),
  flood: measure('flood', 'MB/s', { ratio: 1 }, 'high'),
  cpu: measure('idle CPU', 'ms/s', { most: 2 }),
  rss: measure('RSS idle', 'MiB', { most: 75 }),
};

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const quantile = (values: readonly number[], q: number) =>
  sorted(values)[Math.min(values.length - 1, Math.floor(q * values.length))] ?? Number.NaN;
const median = (values: readonly number[]) => quantile(values, 0.5);

function note(into: Measure, contender: string, value: number): void {
  const values = into.values.get(contender);
  if (values) values.push(value);
  else into.values.set(contender, [value]);
}

/** Median over the rounds of guard against yardstick; above 1 the guard is worse. */
function ratioOf({ values, best }: Measure): number {
  const bare = values.get(yardstick) ?? [];
  const ratios = (values.get(guard) ?? []).map((value, round) => value / (bare[round] ?? Number.NaN));
  const ratio = median(ratios);
  return best === 'low' ? ratio : 1 / ratio;
}

async function main(rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'guarded-claude-bench-'));
  try {
    const agent = join(folder, 'agent');
    const file = join(folder, 'flood');
    writeFileSync(agent, agentScript, { mode: 0o755 });
    const line =
      '\x1b[38;5;174m●\x1b[39m A line of text as an agent prints it, with \x1b[1mcolours\x1b[22m and ✻ signs\r\n';
    const bytes = Buffer.alloc(floodBytes, line);
    writeFileSync(file, bytes);
    const all = contenders(agent, folder);
    for (const contender of all) await firstByte(contender, 'echo'); // fills caches: disk, the guard's note of the version
    for (let round = 0; round < rounds; round++) {
      process.stderr.write(`round ${round + 1} of ${rounds}\r`);
      for (let turn = 0; turn < all.length; turn++) {
        const contender = all[(turn + round) % all.length];
        if (!contender) continue;
        const { name } = contender;
        for (const [into, kind] of [
          [measures.first, 'boot'],
          [measures.instant, 'echo'],
        ] as const) {
          const times: number[] = [];
          for (let i = 0; i < firstBytesPerRound; i++) times.push(await firstByte(contender, kind));
          note(into, name, median(times));
        }
        const times = await echoes(contender, keysPerRound);
        note(measures.p50, name, median(times));
        note(measures.p99, name, quantile(times, 0.99));
        note(measures.flood, name, (await flood(contender, file, floodBytes)) / 1_000);
      }
    }
    if (process.platform === 'linux') {
      for (const contender of all.filter(({ name }) => name !== 'direct')) {
        const { cpuMsPerS, rssMib } = await idle(contender, idleMs);
        note(measures.cpu, contender.name, cpuMsPerS);
        note(measures.rss, contender.name, rssMib);
      }
    }
    print(all.map(({ name }) => name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judge({ aim, unit, values }: Measure, ratio: number): readonly [aim: string, met: string] {
  if (aim === null) return ['', ''];
  const said = (met: boolean) => (met ? 'met' : 'MISSED');
  if ('ratio' in aim) return [`≤ ${aim.ratio} ×`, said(ratio <= aim.ratio)];
  return [`≤ ${aim.most} ${unit}`, said(median(values.get(guard) ?? []) <= aim.most)];
}

function print(names: readonly string[]): void {
  const rows = Object.values(measures).map((one) => {
    const values = names.map((name) => {
      const value = median(one.values.get(name) ?? []);
      return Number.isNaN(value) ? '–' : value.toFixed(value < 10 ? 2 : 0);
    });
    const ratio = ratioOf(one);
    const [aim, met] = judge(one, ratio);
    return [
      `${one.name} (${one.unit})`,
      ...values,
      Number.isFinite(ratio) ? ratio.toFixed(2) : '–',
      aim,
      met,
    ];
  });
  const table = [['', ...names, 'guard/bare', 'aim', ''], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of table) {
    process.stdout.write(
      `${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}\n`,
    );
  }
}

await main(Number(process.argv[2] ?? 7));
process.exit(0);
