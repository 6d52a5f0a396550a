/**
 * The machine slept, or the guard stood still (starved, or suspended with Ctrl+Z): nothing that should have happened
 * in that time had the time to happen, so no deadline of the guard's own was missed: what was left of it is left still.
 */
import { graceMs } from '../detect/observe.ts';
import type { Event, Millis } from '../events.ts';
import type { GuardState } from './state.ts';

/** After a sleep, and after Ctrl+Z, the network and the agent's own timers take their time to come back. */
const returnMs = 30_000;

/** A standstill may be told twice. @param lastAt when the guard saw anything for the last time before the event */
export function afterStandstill(state: GuardState, event: Event, lastAt: Millis): GuardState {
  if (event.type !== 'clock.gap' && event.type !== 'terminal.continued') return state;
  const leastMs = event.type === 'clock.gap' && event.cause === 'stalled' ? graceMs : returnMs;
  const { cure, down } = state;
  const proofLeft = (deadline: Millis) => event.at + Math.max(leastMs, deadline - lastAt);
  return {
    ...state,
    since: state.name === 'stopping' ? event.at - (lastAt - state.since) : state.since,
    cure: cure && { ...cure, deadline: cure.deadline === null ? null : proofLeft(cure.deadline) },
    down: down && { ...down, launchAt: event.at + Math.max(0, down.launchAt - lastAt) },
  };
}
