/** The guard under test: its own loop, core and sense of time, turned by simulated time. */
import type { Config } from '../../../src/config/schema.ts';
import { isAtRest } from '../../../src/decide/at-rest.ts';
import { lookAgainAt, step } from '../../../src/decide/machine.ts';
import { type GuardState, initialState } from '../../../src/decide/state.ts';
import type { Effect } from '../../../src/effects.ts';
import type { Millis, Observation } from '../../../src/events.ts';
import { createLoop } from '../../../src/guard/loop.ts';
import { clockSensor, tickMs } from '../../../src/sensors/clock.ts';
import type { Chance } from '../chance.ts';
import type { Scheduler } from './scheduler.ts';

export interface Guard {
  tell(observation: Observation): void;
  state(): GuardState;
  /** A timer of the guard's process: while that has no turn, it waits. */
  after(ms: Millis, act: () => void): () => void;
  /** The guard has no turn for so long. */
  stall(ms: Millis): void;
  /** The machine sleeps for so long: only the clock since boot runs on. */
  sleep(ms: Millis): void;
}

/** Between two readings of the clock: the core takes so long for an event at least. */
const leastMs: Millis = 0.01;

interface Ways {
  /** Where the sense of time emits to; it leads to the guard's `tell`. */
  emit(observation: Observation): void;
  perform(effect: Effect): void;
}

export function createGuard(
  config: Config,
  scheduler: Scheduler,
  draw: Chance,
  { emit, perform }: Ways,
): Guard {
  /** What has come while the guard had no turn. */
  const waiting: Observation[] = [];
  let stalledUntil = 0;
  let sleptMs = 0;
  const isStalled = (): boolean => scheduler.now() < stalledUntil;

  function after(ms: Millis, act: () => void): () => void {
    let takeBack = scheduler.after(ms, function due() {
      if (isStalled()) takeBack = scheduler.after(stalledUntil - scheduler.now(), due);
      else act();
    });
    return () => takeBack();
  }
  function every(ms: Millis, act: () => void): () => void {
    let takeBack = after(ms, function due() {
      act();
      takeBack = after(ms, due);
    });
    return () => takeBack();
  }

  const clock = clockSensor(
    tickMs,
    () => {
      const monotonicMs = scheduler.now();
      return { monotonicMs, bootMs: monotonicMs + sleptMs, wallMs: monotonicMs + sleptMs };
    },
    every,
  );
  const broken = (error: unknown): never => {
    throw error;
  };
  /** Like a real clock, it never shows the same time twice: what comes in one go still has an order. */
  let shownMs = Number.NEGATIVE_INFINITY;
  const now = (): Millis => {
    shownMs = Math.max(scheduler.now(), shownMs + leastMs);
    return shownMs;
  };
  const loop = createLoop(config, initialState(scheduler.now()), broken, { now, after });
  loop.begin({
    step,
    lookAgainAt,
    isAtRest,
    turned() {},
    perform,
    rest: (isAtRest) => clock.rest?.(isAtRest),
  });
  void clock.start(emit);

  return {
    tell(observation) {
      if (isStalled() || waiting.length > 0) waiting.push(observation);
      else loop.emit(observation);
    },
    state: loop.state,
    after,
    stall(ms) {
      stalledUntil = Math.max(stalledUntil, scheduler.now() + ms);
      // What has come may be read before the timers that are due, or after them.
      const readsFirst = draw.happens(0.5);
      scheduler.after(ms, () =>
        scheduler.after(readsFirst ? 0 : 1, () => {
          if (!isStalled()) for (const each of waiting.splice(0)) loop.emit(each);
        }),
      );
    },
    sleep(ms) {
      sleptMs += ms;
    },
  };
}
