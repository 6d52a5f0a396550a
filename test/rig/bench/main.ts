/**
 * `npm run bench [ROUNDS]`: what the guard costs where it is felt, beside a bare pass-through, other programs, and
 * nothing. Writes its section of docs/benchmarks.md, one for each major version of node. Linux only. Rounds are
 * interleaved and ratios are taken within a round, so a busy machine disturbs all alike.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../src/platform/own-files.ts';
import { type Contender, contenders } from './contenders.ts';
import { documentOf, tableOf } from './document.ts';
import { repaintFlood, textFlood } from './floods.ts';
import { agentScript, echoes, execCall, firstByte, flood, floorScript, idle } from './measure.ts';
import { packed } from './packed.ts';
import { listing, pastSessions, repair } from './records.ts';
import { bareReset, deadStream, installSteadyAgent, relaunch } from './recovery.ts';
import { bare, guard, median, note, quantile, table } from './rows.ts';
import { bareBusy, guardBusy, many } from './sessions.ts';
import { eventDelays, throughput } from './tunnel.ts';

const floodBytes = 20_000_000;
const responseBytes = 200_000_000;
const keysPerRound = 100;
const eventsPerRound = 300;
const startsPerRound = 3;
const idleMs = 20_000;
const busyMs = 10_000;
const manyMs = 30_000;
const sessions = 32;
const pastRuns = 1_000;
const repairMegabytes = 200;

/** Of some that are taken one after the other. */
async function medianOf(times: number, take: () => number | Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let index = 0; index < times; index++) values.push(await take());
  return median(values);
}

async function terminalRound(contender: Contender, files: Readonly<Record<'text' | 'repaints', string>>) {
  const { name } = contender;
  note(table.booting, name, await medianOf(startsPerRound, () => firstByte(contender, 'boot')));
  note(table.instant, name, await medianOf(startsPerRound, () => firstByte(contender, 'echo')));
  const times = await echoes(contender, keysPerRound);
  note(table.p50, name, median(times));
  note(table.p99, name, quantile(times, 0.99));
  for (const kind of ['text', 'repaints'] as const)
    note(table[kind], name, (await flood(contender, files[kind], floodBytes)) / 1_000);
}

async function tunnelRound(): Promise<void> {
  const direct = await eventDelays('none', eventsPerRound);
  for (const [proxy, name] of [
    ['ten lines', 'ten lines'],
    ['tunnel', guard],
  ] as const) {
    note(table.tunnel, name, (await throughput(proxy, responseBytes)) / 1_000);
    const delays = await eventDelays(proxy, eventsPerRound);
    note(table.eventP50, name, median(delays) - median(direct));
    note(table.eventP99, name, quantile(delays, 0.99) - quantile(direct, 0.99));
  }
}

/** @param agent the one without jitter */
async function sessionRound(agent: string): Promise<void> {
  note(table.busyCpu, bare, await bareBusy(busyMs));
  note(table.busyCpu, guard, await guardBusy(busyMs));
  note(table.askedAgain, bare, await bareReset(agent));
  const { detectionS, askedAgainMs } = await deadStream(agent);
  note(table.askedAgain, guard, askedAgainMs);
  note(table.detection, guard, detectionS);
  note(table.relaunch, guard, await relaunch());
}

async function recordsRound(): Promise<void> {
  const { mbPerS, rssMib } = repair(repairMegabytes);
  note(table.repair, guard, mbPerS);
  note(table.repairMemory, guard, rssMib);
  note(table.listing, guard, await medianOf(startsPerRound, listing));
}

/** Each contender beside sessions that run in the same contender. */
async function manySessions(contender: Contender): Promise<void> {
  const { name } = contender;
  const { many: all, beside } = await many(name, sessions, manyMs, () => echoes(contender, keysPerRound));
  note(table.manyEcho, name, quantile(beside, 0.99));
  note(table.manyCpu, name, all.cpuMsPerS);
  note(table.manyRest, name, all.restMsPerS);
  note(table.manyMemory, name, all.pssMib);
  if (name === guard) note(table.manyIncidents, name, all.incidents);
}

function packageSize(folder: string): void {
  const { packedMb, unpackedMb, files } = packed(folder);
  note(table.packed, guard, packedMb);
  note(table.unpacked, guard, unpackedMb);
  note(table.files, guard, files);
}

/** What is measured only once does not cost the whole run if it fails: its cells stay empty. */
async function attempt(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function main(rounds: number): Promise<void> {
  const loadBefore = loadavg()[0] ?? 0;
  const folder = mkdtempSync(join(tmpdir(), 'guarded-claude-bench-'));
  try {
    const [agent, floor] = [join(folder, 'agent'), join(folder, 'floor')];
    const files = { text: join(folder, 'text'), repaints: join(folder, 'repaints') };
    writeFileSync(agent, agentScript, { mode: 0o755 });
    writeFileSync(floor, floorScript(agent), { mode: 0o755 });
    writeFileSync(files.text, textFlood(floodBytes));
    writeFileSync(files.repaints, repaintFlood(floodBytes));
    const all = contenders(agent, folder);
    const called = [
      { name: 'node -e 0, agent', command: [floor], env: {} },
      ...all.filter(({ name }) => name === guard),
    ];
    const steadyAgent = installSteadyAgent(join(folder, 'steady'));
    await attempt(() => packageSize(join(folder, 'package')));
    pastSessions(join(folder, 'past'), pastRuns);
    for (const contender of all) await firstByte(contender, 'echo'); // fills caches: disk, the guard's note of the version
    for (let round = 0; round < rounds; round++) {
      process.stderr.write(`round ${round + 1} of ${rounds}\r`);
      for (let turn = 0; turn < all.length; turn++) {
        const contender = all[(turn + round) % all.length];
        if (contender) await terminalRound(contender, files);
      }
      for (const contender of called)
        note(table.exec, contender.name, await medianOf(startsPerRound, () => execCall(contender)));
      await tunnelRound();
      await sessionRound(steadyAgent);
      await recordsRound();
    }
    for (const contender of all.filter(({ name }) => [bare, guard].includes(name)))
      await attempt(() => manySessions(contender));
    for (const contender of all.filter(({ name }) => name !== 'direct')) {
      const { cpuMsPerS, rssMib } = await idle(contender, idleMs);
      note(table.idleCpu, contender.name, cpuMsPerS);
      note(table.idleRss, contender.name, rssMib);
    }
    const rows = Object.values(table);
    process.stdout.write(`${tableOf(rows)}\n`);
    const file = join(packageRoot(), 'docs', 'benchmarks.md');
    writeFileSync(file, documentOf(rows, { rounds, loadBefore }, readFileSync(file, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(Number(process.argv[2] ?? 5));
process.exit();
