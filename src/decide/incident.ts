/**
 * Opens, extends and closes the incident of a state. Every function returns the new state and the effects that keep the
 * record on disk true.
 */
import { momentOf } from '../detect/evidence/clock.ts';
import type { Verdict } from '../detect/verdict.ts';
import type { Effect, Incident, Outcome, Rung } from '../effects.ts';
import { isSuspectedFalsePositive, suspected, suspectedFalsePositive } from './false-positive.ts';
import { type GuardState, noUses, type Step } from './state.ts';

export type { Step } from './state.ts';

/** @param verdict its `since` is attended time; times in an incident are monotonic */
export function open(state: GuardState, verdict: Pick<Verdict, 'class' | 'since' | 'because'>): GuardState {
  const { clock, now } = state.evidence;
  if (state.incident) {
    const doubt = isSuspectedFalsePositive(state, verdict);
    const because = doubt ? [...verdict.because, suspectedFalsePositive] : verdict.because;
    const evidence = [...state.incident.evidence, `then ${verdict.class}: ${because.join('; ')}`];
    const incident = { ...state.incident, evidence: evidence.slice(-20) };
    return { ...state, incident: doubt ? suspected(incident, clock.at) : incident };
  }
  const incident: Incident = {
    number: state.incidents + 1,
    class: verdict.class,
    beganAt: momentOf(clock, verdict.since),
    detectedAt: clock.at,
    endedAt: null,
    evidence: verdict.because,
    actions: [],
    outcome: 'open',
  };
  return { ...state, incident, noticedAt: now, incidents: incident.number, used: noUses };
}

/**
 * The class of what the guard is dealing with. An incident keeps the one that it began with, and a later cure in it may
 * be for another.
 */
export const causeOf = ({ cure, down, incident }: GuardState): string =>
  cure?.class ?? down?.cause ?? incident?.class ?? 'unknown';

export const telling = (what: 'blocked' | 'gave-up', incident: Incident, cause: string): Effect => ({
  type: 'notify',
  what,
  incident,
  ...(cause !== incident.class && { cause }),
});

/** Records an action in the open incident. */
export function act(state: GuardState, action: Rung, detail: string): Step {
  if (!state.incident) return { state, effects: [] };
  const incident = {
    ...state.incident,
    actions: [...state.incident.actions, { action, at: state.evidence.clock.at, detail }].slice(-100),
  };
  return { state: { ...state, incident }, effects: [{ type: 'incident', incident }] };
}

/** Ends the open incident, if any, and any pending cure. */
export function close(state: GuardState, outcome: Outcome): Step {
  const wasAsked = state.incident?.actions.some(({ action }) => action === 'ask') ?? false;
  const takenAt = outcome === 'user' && wasAsked ? state.evidence.now : state.takenAt;
  const rest = { ...state, incident: null, cure: null, probing: null, takenAt };
  if (!state.incident) return { state: rest, effects: [] };
  const incident: Incident = { ...state.incident, endedAt: state.evidence.clock.at, outcome };
  const effects: Effect[] = [{ type: 'incident', incident }];
  const acted = incident.actions.some(({ action }) => action !== 'wait' && action !== 'hold');
  if (outcome === 'recovered' && acted) effects.push({ type: 'notify', what: 'recovered', incident });
  if (outcome === 'gave_up') effects.push(telling('gave-up', incident, causeOf(state)));
  return { state: rest, effects };
}

export function andThen(first: Step, next: (state: GuardState) => Step): Step {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

export const adding = ({ state, effects }: Step, ...more: readonly Effect[]): Step => ({
  state,
  effects: [...effects, ...more],
});

/** No agent runs and none will follow: the guard ends. */
export function finishing(last: Step, code: number | null, signal: string | null): Step {
  const { state } = last;
  const finished: GuardState = { ...state, name: 'finished', since: state.evidence.now };
  return adding({ ...last, state: finished }, { type: 'exit', code, signal });
}

/** The agent is gone and stays gone: the guard exits as the agent did. */
export function finish(state: GuardState, outcome: 'user' | 'recovered' | 'gave_up'): Step {
  const { exit } = state.evidence.agent;
  return finishing(close(state, outcome), exit?.code ?? null, exit?.signal ?? null);
}

/** Nothing changes, nothing is done. */
export function stay(state: GuardState): Step {
  return { state, effects: [] };
}
