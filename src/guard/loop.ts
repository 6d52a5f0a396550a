/**
 * The loop: observations in, effects out. It stamps each observation with the one clock, passes it through the pure
 * core, and carries out the effects that come back. Everything that happens goes through `turn`, so the journal is
 * complete. Until the handlers are set, observations wait.
 */
import type { Config } from '../config/schema.ts';
import type { GuardState, Step } from '../decide/state.ts';
import type { Effect } from '../effects.ts';
import type { Event, Millis, Observation } from '../events.ts';
import { tickMs } from '../sensors/clock.ts';

/** The rest of the guard, as the loop sees it. It is loaded while the agent boots. */
export interface Handlers {
  /** The pure core (`decide/machine.ts`). */
  step(before: GuardState, event: Event, config: Config): Step;
  /** One turn: an event, the state before it, and what the core made of it. */
  turned(event: Event, before: GuardState, result: Step): void;
  perform(effect: Effect): void;
  /** When the core must be asked again even if nothing has happened (monotonic). Null: the next tick is soon enough. */
  lookAgainAt(state: GuardState, config: Config): Millis | null;
  /** Whether nothing can become due before the next event. */
  isAtRest(state: GuardState, config: Config): boolean;
  /** A rest begins, or ends. */
  rest(isAtRest: boolean): void;
}

export interface Loop {
  emit(observation: Observation): void;
  state(): GuardState;
  /** Sets the handlers. Waiting observations are handled at once. */
  begin(handlers: Handlers): void;
}

/** The one clock, and its alarms. */
export interface LoopClock {
  /** Monotonic. */
  now(): Millis;
  /** @returns a function that cancels the alarm */
  after(ms: Millis, act: () => void): () => void;
}

const ownClock: LoopClock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** A rest begins after this long with nothing but ticks. By then, any aftermath of the last event is over. */
const calmMs = 15_000;

/** The most observations that may wait while one turn runs. Only a broken loop gets that many. */
const maxPending = 10_000;

/** @param onBroken called when the core or a handler has thrown; after that, the loop stands still */
export function createLoop(
  config: Config,
  initial: GuardState,
  onBroken: (error: unknown) => void,
  clock: LoopClock = ownClock,
): Loop {
  const pending: Observation[] = [];
  let state = initial;
  let handlers: Handlers | null = null;
  let turning = false;

  let cancelLook = (): void => {};
  let happenedAt: Millis = 0;
  let resting = false;

  const scheduleLook = (at: Millis | null): void => {
    cancelLook();
    const inMs = at === null ? 0 : at - clock.now();
    if (inMs > 0 && inMs < tickMs) cancelLook = clock.after(Math.ceil(inMs), () => emit({ type: 'tick' }));
  };
  const reportRest = ({ isAtRest, rest }: Handlers, event: Event): void => {
    if (event.type !== 'tick') happenedAt = event.at;
    const rests = event.at - happenedAt >= calmMs && isAtRest(state, config);
    if (rests === resting) return;
    resting = rests;
    rest(rests);
  };
  const turn = (members: Handlers): void => {
    const { step, turned, perform, lookAgainAt } = members;
    turning = true;
    try {
      for (let observation = pending.shift(); observation; observation = pending.shift()) {
        const event: Event = { ...observation, at: clock.now() };
        const before = state;
        const result = step(before, event, config);
        state = result.state;
        turned(event, before, result);
        for (const effect of result.effects) perform(effect);
        reportRest(members, event);
      }
      scheduleLook(lookAgainAt(state, config));
      turning = false;
    } catch (error) {
      pending.length = 0;
      onBroken(error); // `turning` stays true, so that a core that has thrown is not asked again
    }
  };
  const emit = (observation: Observation): void => {
    if (turning && pending.length >= maxPending) return;
    pending.push(observation);
    if (handlers && !turning) turn(handlers);
  };
  return {
    emit,
    state: () => state,
    begin(members) {
      handlers = members;
      turn(members);
    },
  };
}
