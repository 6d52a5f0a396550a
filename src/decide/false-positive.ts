/**
 * Suspected false positives. A cut may have been needless if the same silence comes again after it, in the incident or
 * later in the same turn, or if a silence as long as the one that was cut ends by itself: then the API is only slow.
 * The incident's record says so. If the incident is already over, its record is written again.
 */
import { traitsOf } from '../detect/detector.ts';
import type { Verdict } from '../detect/verdict.ts';
import type { Effect, Incident } from '../effects.ts';
import type { Millis } from '../events.ts';
import type { GuardState, Step } from './state.ts';

/** The same silence has come again while a cut of it has yet to prove that it helped. */
export function isSuspectedFalsePositive({ cure }: GuardState, verdict: Pick<Verdict, 'class'>): boolean {
  return cure?.rung === 'cut' && cure.class === verdict.class;
}

export const suspectedFalsePositive = 'the same silence followed the cut: suspected false positive';

/** Keeps the time of the first suspicion. @param moment monotonic */
export function suspected(incident: Incident, moment: Millis): Incident {
  return { ...incident, regrettedAt: incident.regrettedAt ?? moment };
}

/** @param before the state before the event */
export function withFalsePositives(before: GuardState, result: Step): Step {
  return afterIncident(before, whileOpen(before, result));
}

function whileOpen(before: GuardState, result: Step): Step {
  const { cure, incident: cut } = before;
  const { state } = result;
  if (!cut || cure?.rung !== 'cut' || !endedByItself(cut, before, state)) return result;
  const noted = (incident: Incident) =>
    incident.number === cut.number ? suspected(incident, state.evidence.clock.at) : incident;
  const told = (effect: Effect): Effect =>
    effect.type === 'incident' || effect.type === 'notify'
      ? { ...effect, incident: noted(effect.incident) }
      : effect;
  return {
    state: { ...state, incident: state.incident && noted(state.incident) },
    effects: result.effects.map(told),
  };
}

/** After the incident, while its turn goes on. */
function afterIncident(before: GuardState, result: Step): Step {
  const { state } = result;
  const { lastCut } = before;
  const ended = endedWithCut(before, result);
  if (ended)
    return { ...result, state: { ...state, lastCut: ended.regrettedAt === undefined ? ended : null } };
  if (!lastCut) return result;
  const again = before.incident === null && state.incident?.class === lastCut.class;
  if (again || endedByItself(lastCut, before, state)) {
    const incident = suspected(lastCut, state.evidence.clock.at);
    return {
      state: { ...state, lastCut: null },
      effects: [{ type: 'incident', incident }, ...result.effects],
    };
  }
  const nextTurn = state.evidence.host.patience === 1;
  return nextTurn ? { ...result, state: { ...state, lastCut: null } } : result;
}

/** The incident that this event has ended, if a cut was what helped. */
function endedWithCut(before: GuardState, { state, effects }: Step): Incident | null {
  if (before.cure?.rung !== 'cut' || before.incident === null || state.incident !== null) return null;
  const closed = effects.find((effect) => effect.type === 'incident');
  return closed?.incident.outcome === 'recovered' ? closed.incident : null;
}

/**
 * A silence as long as the one that was cut has just ended by itself, with a byte: the host's record of healthy
 * silences has grown.
 */
function endedByItself(cut: Incident, before: GuardState, after: GuardState): boolean {
  const { silence } = traitsOf(cut.class);
  if (silence === undefined || silence === 'unseen') return false;
  const learntMs = after.evidence.host.health[silence];
  return learntMs > before.evidence.host.health[silence] && learntMs >= cut.detectedAt - cut.beganAt;
}
