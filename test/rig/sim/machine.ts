/** What befalls the machine and its line: outages, sleep, and times in which the guard has no turn. */
import { deadlySleepMs } from '../../../src/detect/limits.ts';
import type { Chance } from '../chance.ts';
import type { Checker } from './checker.ts';
import type { Guard } from './guard.ts';
import type { Line, LineState } from './line.ts';
import type { FaultKind, Plan } from './plan.ts';
import type { Scheduler } from './scheduler.ts';

interface Machine {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly draw: Chance;
  readonly line: Line;
  readonly guard: Guard;
  readonly checker: Checker;
  /** @returns whether faults still strike */
  strikes(kind: FaultKind): boolean;
}

const hour = 3_600_000;

export function befall({ plan, scheduler, draw, line, guard, checker, strikes }: Machine): void {
  function everySoOften(kind: FaultKind, act: () => void): void {
    const rate = plan.rates[kind];
    if (rate === undefined) return;
    const next = (): void => {
      scheduler.after(draw.magnitude(0.1 * (hour / rate), 2 * (hour / rate)), () => {
        if (!strikes(kind)) return;
        act();
        next();
      });
    };
    next();
  }
  const away = (state: LineState) => (): void => {
    if (line.state() !== 'up') return;
    line.set(state);
    scheduler.after(draw.magnitude(1_000, 400_000), () => line.set('up'));
  };
  for (const kind of ['black-hole', 'refused', 'no-route'] as const) everySoOften(kind, away(kind));
  everySoOften('sleep', () => {
    const sleptMs = draw.magnitude(10_000, 8 * hour);
    if (sleptMs >= deadlySleepMs) line.slept();
    checker.slept();
    guard.sleep(sleptMs);
  });
  everySoOften('stall', () => {
    const ms = draw.magnitude(6_000, 120_000);
    checker.stalled(ms);
    guard.stall(ms);
    line.pause(ms);
  });
}
