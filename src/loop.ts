/**
 * The loop: observations in, effects out. Each observation is stamped with the one clock, goes through the pure core,
 * and the effects that come back are carried out; everything that happens passes one `turn`, so the journal is
 * complete. Until the crew is there, observations wait.
 */
import type { Config } from './config/schema.ts';
import type { GuardState, Step } from './decide/state.ts';
import type { Effect } from './effects.ts';
import type { Event, Observation } from './events.ts';

/** The rest of the guard, as the loop sees it; loaded while the agent boots. */
export interface Crew {
  /** The pure core (`decide/machine.ts`). */
  step(before: GuardState, event: Event, config: Config): Step;
  /** One turn: an event, the state before it, and what the core made of it. */
  turned(event: Event, before: GuardState, result: Step): void;
  perform(effect: Effect): void;
}

export interface Loop {
  emit(observation: Observation): void;
  state(): GuardState;
  /** Hands over the crew; observations that have waited are dealt with at once. */
  begin(crew: Crew): void;
}

/** Observations that wait while one turn runs; only a loop that stands still gets that many. */
const mostPending = 10_000;

/** @param onBroken the core or one of its hands has thrown: the loop stands still from now on */
export function createLoop(config: Config, initial: GuardState, onBroken: (error: unknown) => void): Loop {
  const pending: Observation[] = [];
  let state = initial;
  let crew: Crew | null = null;
  let turning = false;

  const turn = ({ step, turned, perform }: Crew): void => {
    turning = true;
    try {
      for (let observation = pending.shift(); observation; observation = pending.shift()) {
        const event: Event = { ...observation, at: performance.now() };
        const before = state;
        const result = step(before, event, config);
        state = result.state;
        turned(event, before, result);
        for (const effect of result.effects) perform(effect);
      }
      turning = false;
    } catch (error) {
      pending.length = 0;
      onBroken(error); // `turning` stays: a core that has thrown is not asked again
    }
  };
  return {
    emit(observation) {
      if (turning && pending.length >= mostPending) return;
      pending.push(observation);
      if (crew && !turning) turn(crew);
    },
    state: () => state,
    begin(members) {
      crew = members;
      turn(members);
    },
  };
}
