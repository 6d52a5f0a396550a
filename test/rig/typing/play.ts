/** One seed: a person types for some minutes, agents hang, ask and die, and the guard nudges and relaunches. */
import { type Chance, chance } from '../chance.ts';
import type { Played } from '../seeds.ts';
import { type Bug, noBug } from './bugs.ts';
import { createGuard, type Guard, type Starts } from './guard.ts';
import { createLedger } from './ledger.ts';
import { sitDown } from './person.ts';
import { type SimulatedTime, takeTime } from './time.ts';

const typesMs = 240_000;
/** After that, everything has been given back. */
const calmMs = 180_000;

export async function play(seed: number, bug: Bug = noBug): Promise<Played> {
  const time = takeTime();
  try {
    const ledger = createLedger(time.now);
    const boots = chance(seed, 'boots');
    const starts: Starts = {
      prompt: boots.happens(0.5) ? ledger.promptOfStart() : null,
      tellsMore: () => boots.happens(0.5),
    };
    const guard = createGuard(time, ledger, chance(seed, 'agent'), chance(seed, 'reading'), starts, bug);
    sitDown(time, guard, ledger, chance(seed, 'person'), typesMs);
    const reached = new Map<string, number>();
    const struck = trouble(time, guard, chance(seed, 'trouble'), boots, reached);
    let failure: unknown = null;
    struck.catch((error: unknown) => {
      failure = error;
    });
    await time.run(typesMs + calmMs);
    if (failure !== null) throw failure;
    const isFree = guard.agent().seen().box?.text === '';
    if (guard.aside() !== '' && isFree) ledger.broke('what was put aside is given back', guard.aside());
    if (guard.keptBytes() > 0) ledger.broke('keys are released', String(guard.keptBytes()));
    ledger.judge(guard.left());
    return { violations: ledger.violations, log: ledger.log, reached };
  } finally {
    time.giveBack();
  }
}

/** One thing after the other, as the core has one cure at a time. */
async function trouble(
  time: SimulatedTime,
  guard: Guard,
  draw: Chance,
  boots: Chance,
  reached: Map<string, number>,
): Promise<void> {
  const wait = (low: number, high: number, from = draw) =>
    new Promise<void>((resolve) => void time.after(from.magnitude(low, high), resolve));
  const reach = (what: string) => void reached.set(what, (reached.get(what) ?? 0) + 1);
  /** An agent may end before it has taken the prompt that it was started with, and the next one, too. */
  async function untilBooted(booted: Promise<void>, odds = 0.25): Promise<void> {
    if (!boots.happens(odds)) return await booted;
    await wait(20, 5_000, boots);
    reach(guard.agent().takesKeys() ? 'strike after a boot' : 'strike in a boot');
    await untilBooted((await guard.relaunch(boots.happens(0.7))).booted);
  }
  await untilBooted(Promise.resolve(), 0.4);
  while (time.now() < typesMs) {
    await wait(1_000, 40_000);
    const agent = guard.agent();
    const kind = draw.pick(['nudge', 'nudge', 'stop', 'death', 'question'] as const);
    reach(kind);
    if (kind === 'question') agent.ask();
    else if (kind === 'nudge') {
      if (draw.happens(0.7)) agent.hang();
      await guard.nudge();
    } else await untilBooted((await guard.relaunch(kind === 'death')).booted);
  }
  guard.agent().goOn();
}
