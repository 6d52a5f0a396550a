/** One seed: a host has its prompts answered, whatever happens to its agents. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '../../../src/guard/snapshot.ts'; // imported while simulated time stands still, it would take none
import '../../../src/print/watch.ts';
import type { Played } from '../seeds.ts';
import { takeTime } from '../typing/time.ts';
import { type Bug, noBug } from './bugs.ts';
import { guard } from './guard.ts';
import { createHost } from './host.ts';
import { createLedger } from './ledger.ts';
import { drawPlan } from './plan.ts';
import { createWorld } from './world.ts';

/** By then, every run is over. */
const limitMs = 5_400_000;
const stepMs = 60_000;

export async function play(seed: number, bug: Bug = noBug): Promise<Played> {
  const home = mkdtempSync(join(tmpdir(), 'pipes-'));
  const time = takeTime();
  try {
    const plan = drawPlan(seed);
    const ledger = createLedger(time.now);
    const { draw: _, ...shown } = plan;
    ledger.note(JSON.stringify(shown));
    const world = createWorld(seed, time, ledger, plan);
    const host = createHost(seed, time, ledger, plan);
    let code: number | null = null;
    let failure: unknown = null;
    guard(world, host, home, bug).then(
      (result) => {
        code = result;
      },
      (error: unknown) => {
        failure = error;
      },
    );
    const isOver = () => code !== null || failure !== null;
    for (let at = 0; at < limitMs && !isOver(); at += stepMs) await time.run(at + stepMs);
    if (failure !== null) throw failure;
    host.ended(code);
    ledger.judge(code, plan.output !== 'records');
    const { violations, log, reached } = ledger;
    return { violations, log, reached };
  } finally {
    time.giveBack();
    rmSync(home, { recursive: true, force: true });
  }
}
