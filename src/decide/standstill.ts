/**
 * The machine slept, the guard stood still (starved, or suspended with Ctrl+Z), or the agent did because its terminal
 * takes no output: nothing that should have happened in that time had the time to happen, so no deadline of the guard's
 * own was missed: what was left of it is left still.
 */
import type { Evidence } from '../detect/evidence.ts';
import { graceMs } from '../detect/observe.ts';
import type { Event, Millis } from '../events.ts';
import type { GuardState } from './state.ts';

/** After a sleep, and after Ctrl+Z, the network and the agent's own timers take their time to come back. */
const returnMs = 30_000;

const ends: readonly Event['type'][] = ['clock.gap', 'terminal.continued', 'terminal.drained'];

/** @param before what was known before the event */
export function afterStandstill(state: GuardState, event: Event, before: Evidence): GuardState {
  const blocked = before.terminalBlockedSince !== null;
  if (!blocked && !ends.includes(event.type)) return state;
  const { cure, down } = state;
  const lastAt = before.now;
  const leastMs = ends.includes(event.type) ? leastAfter(event) : 0;
  const proofLeft = (deadline: Millis) => event.at + Math.max(leastMs, deadline - lastAt);
  return {
    ...state,
    since: state.name === 'stopping' ? event.at - (lastAt - state.since) : state.since,
    cure: cure && { ...cure, deadline: cure.deadline === null ? null : proofLeft(cure.deadline) },
    down: down && { ...down, launchAt: event.at + Math.max(0, down.launchAt - lastAt) },
  };
}

function leastAfter(event: Event): Millis {
  return event.type === 'terminal.drained' || (event.type === 'clock.gap' && event.cause === 'stalled')
    ? graceMs
    : returnMs;
}
