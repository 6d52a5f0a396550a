/** The guard under test: the real core, turned by simulated time. Its effects go to `perform`, and are noted. */
import type { Config } from '../../../src/config/schema.ts';
import { isAtRest } from '../../../src/decide/at-rest.ts';
import { lookAgainAt, step } from '../../../src/decide/machine.ts';
import { type GuardState, initialState } from '../../../src/decide/state.ts';
import type { Effect } from '../../../src/effects.ts';
import type { Observation } from '../../../src/events.ts';
import type { Scheduler } from './scheduler.ts';

export interface Guard {
  tell(observation: Observation): void;
  state(): GuardState;
  /** The guard has no turn for so long. */
  stall(ms: number): void;
}

const tickMs = 1_000;
const restTickMs = 60_000;
const calmMs = 15_000;

export function createGuard(config: Config, scheduler: Scheduler, perform: (effect: Effect) => void): Guard {
  const pending: Observation[] = [];
  let state = initialState(scheduler.now());
  let isTurning = false;
  let happenedAt = 0;
  let stalledUntil = 0;
  let isRestTold = false;
  let takeBack = (): void => {};

  function turn(): void {
    if (isTurning || scheduler.now() < stalledUntil) return;
    isTurning = true;
    for (let observation = pending.shift(); observation !== undefined; observation = pending.shift()) {
      if (observation.type !== 'tick') happenedAt = scheduler.now();
      const result = step(state, { ...observation, at: scheduler.now() }, config);
      state = result.state;
      for (const effect of result.effects) perform(effect);
    }
    isTurning = false;
    plan();
  }
  /** The next tick: at the usual pace, sooner where the core wants it, later in a rest that a tick has announced. */
  function plan(): void {
    takeBack();
    const rests = scheduler.now() - happenedAt >= calmMs && isAtRest(state, config);
    const paceMs = rests && isRestTold ? restTickMs : tickMs;
    isRestTold = rests;
    const at = lookAgainAt(state, config);
    const inMs =
      at === null || at <= scheduler.now() ? paceMs : Math.min(paceMs, Math.ceil(at - scheduler.now()));
    takeBack = scheduler.after(inMs, () => {
      pending.push(rests ? { type: 'tick', restMs: restTickMs } : { type: 'tick' });
      turn();
    });
  }
  plan();
  return {
    tell(observation) {
      pending.push(observation);
      turn();
    },
    state: () => state,
    stall(ms) {
      takeBack();
      stalledUntil = scheduler.now() + ms;
      scheduler.after(ms, () => {
        pending.unshift({ type: 'clock.gap', gapMs: ms, cause: 'stalled' });
        turn();
      });
    },
  };
}
