/** An agent is being stopped, and that does not go as it should, or somebody wants to leave. */
import type { Config } from '../config/schema.ts';
import { detect } from '../detect/detector.ts';
import type { Event, Millis } from '../events.ts';
import { abandon, choseToLeave, giveUp, goAsTold } from './asking.ts';
import { adding, causeOf, type Step, stay } from './incident.ts';
import { goesOnByItself, hasDoneItsTurn, standDown } from './standing-down.ts';
import type { GuardState } from './state.ts';

/** SIGTERM and SIGKILL take seconds, and the snapshot has a limit of its own; this is far longer than both. */
const maxStopMs = 120_000;
/** The tools that a dead agent has left behind are ended before anything is looked at, and are gone by then. */
const leftoverMs = 5_000;

/**
 * Nothing is killed while the only copy is in memory. If the agent is already dead, the stop goes on. A turn that a
 * person has interrupted meanwhile is theirs.
 */
export function saved(state: GuardState, event: Event, config: Config): Step {
  if (event.type !== 'saved') return stay(state);
  if (!event.ok && !event.goesOn) {
    const detail = `the recovery snapshot could not be written: ${event.detail ?? 'unknown reason'}`;
    return giveUp(state, detail);
  }
  const { down, evidence: e } = state;
  const verdict = detect(e, config);
  if (goesOnByItself(state, verdict)) return standDown(state);
  const personInterrupted = (e.person.lastInterruptAt ?? 0) > state.since;
  const known = {
    unknownCommands: event.unknownCommands ?? 0,
    ...(hasDoneItsTurn(e, state.since, verdict) && { prompt: false }),
    ...(event.unanswered && { prompt: true }),
    ...(personInterrupted && { prompt: false }),
  };
  return stay({ ...state, down: down && { ...down, ...known } });
}

export function stopRefused(state: GuardState, event: Event): Step {
  return event.type === 'stop.refused' ? giveUp(state, event.detail) : stay(state);
}

/**
 * A process stuck in the kernel (a dead network drive) does not react even to SIGKILL, so the person must be told.
 */
export function stopTooLong(state: GuardState): Step {
  const { agent, now } = state.evidence;
  if (agent.exit !== null) return lookTooLong(state, now - Math.max(state.since, agent.exit.at));
  if (now - state.since < maxStopMs) return stay(state);
  const stuck = 'the agent does not end, not even by SIGKILL';
  // In pipes nobody can press a key, and a script must not wait for ever.
  if (agent.unattended) return abandon(state, `${stuck}; it is left behind`);
  const detail = `${stuck}; Ctrl+C leaves it behind`;
  const { state: asking, effects } = giveUp(state, detail);
  const cause = causeOf(asking);
  return adding(
    { state: { ...asking, name: 'unstoppable', down: state.down }, effects },
    { type: 'notice', notice: { kind: 'gave-up', cause, detail } },
  );
}

/** The stop is still under way, and goes on. A second one, if it were the slower, would meet the next agent. */
export function endedAfterAll(state: GuardState): Step {
  const { agent, now } = state.evidence;
  return stay(agent.exit === null ? state : { ...state, name: 'stopping', since: now, cure: null });
}

/** The agent is dead, and what it worked on is being looked at: its disk may never answer. */
function lookTooLong(state: GuardState, lookedMs: Millis): Step {
  const left = lookedMs < leftoverMs ? null : leaving(state);
  if (left) return left;
  if (lookedMs < maxStopMs) return stay(state);
  return abandon(state, 'what it worked on cannot be looked at: the disk does not answer');
}

/** Whether somebody wants to leave: a signal has said so, or Ctrl+C or Ctrl+D that no agent has got. Null: no. */
export function leaving(state: GuardState): Step | null {
  const { signalledBy, person } = state.evidence;
  if (signalledBy !== null) return goAsTold(state, signalledBy);
  const { lastLostExitKeyAt } = person;
  return lastLostExitKeyAt !== null && lastLostExitKeyAt > state.since ? choseToLeave(state) : null;
}
