/**
 * What follows a time in which nobody could act: the machine slept, the agent was suspended (Ctrl+Z) or had lent its
 * terminal, or the guard was not scheduled.
 */
import type { Config } from '../config/schema.ts';
import { type Clock, goesOnAgain, graceMs } from '../detect/evidence/clock.ts';
import { deadlySleepMs } from '../detect/limits.ts';
import { listens } from '../detect/phases.ts';
import { seconds, sleptClass, verdictOn } from '../detect/verdict.ts';
import type { Event } from '../events.ts';
import { affordable } from './budget.ts';
import type { Step } from './incident.ts';
import { actOn } from './rungs.ts';
import type { GuardState } from './state.ts';
import { watch } from './watch.ts';

/** After a sleep or Ctrl+Z the network and the agent's own timers need this long to come back. */
const returnMs = 30_000;

/** Extends the deadline of a pending cure after a standstill. @param before the clock before the event */
export function afterReturn(state: GuardState, event: Event, before: Clock): GuardState {
  const { cure, evidence } = state;
  if (!cure || cure.deadline === null || evidence.clock.graceUntil === before.graceUntil) return state;
  const slept = event.type === 'clock.gap' && event.cause === 'slept';
  const leastMs = slept || goesOnAgain(event) ? returnMs : graceMs;
  return { ...state, cure: { ...cure, deadline: Math.max(cure.deadline, evidence.now + leastMs) } };
}

/**
 * Connections from before a sleep are dead on the other side, and nobody will tell the agent, so they are cut at once.
 * One that was opened just before the guard noticed the sleep may be from after it. If not, its silence will tell.
 * While nothing is awaited on them (between turns, while a tool runs or a person is asked), a cut costs nothing and
 * keeps the next request off a dead connection, so it is no incident.
 */
export function afterSleep(state: GuardState, event: Event, config: Config): Step {
  const { evidence: e, cure, paused } = state;
  const slept = event.type === 'clock.gap' && event.cause === 'slept' && event.gapMs >= deadlySleepMs;
  const lookedAt = (event.type === 'clock.gap' ? event.lookedAt : undefined) ?? event.at;
  const old = e.wire.connections.filter(({ openedMoment }) => openedMoment <= lookedAt);
  const connections = old.map(({ id }) => id);
  if (!slept || paused || connections.length === 0 || !config.recovery.in_place) return watch(state, config);
  if (!listens(e.phase)) return { state, effects: [{ type: 'cut', connections, why: sleptClass }] };
  // A sleep is not a fault: where a cut is not allowed, nothing stronger takes its place.
  const beginning = cure !== null && cure.stage !== 'verify';
  if (beginning || state.name === 'asking' || !affordable('cut', state, config)) return watch(state, config);
  const because = [`the machine slept for ${seconds(event.gapMs)}`, 'connections from before are dead'];
  const verdict = verdictOn(sleptClass, e.now, because, 'cut', connections);
  return actOn(state, verdict, config);
}
