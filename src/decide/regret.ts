/**
 * False alarms, measured. A cut was perhaps not needed when the same silence comes again in the turn that goes on after
 * it, or when a silence as long as the one that was cut ends by itself: then the API is only slow. The incident says so,
 * also when it is over already: its record is written once more. (While it is open `incident.ts` notes the first.)
 */
import type { Lesson } from '../detect/health.ts';
import type { Effect, Incident } from '../effects.ts';
import { regretted, type Step } from './incident.ts';
import type { GuardState } from './state.ts';

/** What is learnt of the host when a silence of this class ends by itself. */
const lessons: Readonly<Record<string, Lesson>> = {
  'dead-stream': 'streamMs',
  'no-first-byte': 'firstByteMs',
};

/** @param before the state in which the event came */
export function withRegret(before: GuardState, result: Step): Step {
  return regretLater(before, regretNow(before, result));
}

/** The incident was open until now. */
function regretNow(before: GuardState, result: Step): Step {
  const { cure, incident: cut } = before;
  const { state } = result;
  if (!cut || cure?.rung !== 'cut' || !endedByItself(cut, before, state)) return result;
  const noted = (incident: Incident) =>
    incident.number === cut.number ? regretted(incident, state.evidence.now) : incident;
  const told = (effect: Effect): Effect =>
    effect.type === 'incident' || effect.type === 'notify'
      ? { ...effect, incident: noted(effect.incident) }
      : effect;
  return {
    state: { ...state, incident: state.incident && noted(state.incident) },
    effects: result.effects.map(told),
  };
}

/** The incident is over, and the turn goes on. */
function regretLater(before: GuardState, result: Step): Step {
  const { state } = result;
  const { lastCut } = before;
  const ended = endedWithCut(before, result);
  if (ended)
    return { ...result, state: { ...state, lastCut: ended.regrettedAt === undefined ? ended : null } };
  if (!lastCut) return result;
  const again = before.incident === null && state.incident?.class === lastCut.class;
  if (again || endedByItself(lastCut, before, state)) {
    const incident = regretted(lastCut, state.evidence.now);
    return {
      state: { ...state, lastCut: null },
      effects: [{ type: 'incident', incident }, ...result.effects],
    };
  }
  const nextTurn = state.evidence.patience === 1;
  return nextTurn ? { ...result, state: { ...state, lastCut: null } } : result;
}

/** The incident that this event has ended, if a cut was what helped. */
function endedWithCut(before: GuardState, { state, effects }: Step): Incident | null {
  if (before.cure?.rung !== 'cut' || before.incident === null || state.incident !== null) return null;
  const closed = effects.find((effect) => effect.type === 'incident');
  return closed?.incident.outcome === 'recovered' ? closed.incident : null;
}

/** A silence as long as the one that was cut has just ended with a byte: what it taught is new. */
function endedByItself(cut: Incident, before: GuardState, after: GuardState): boolean {
  const lesson = lessons[cut.class];
  if (lesson === undefined) return false;
  const learntMs = after.evidence.health[lesson];
  return learntMs > before.evidence.health[lesson] && learntMs >= cut.detectedAt - cut.beganAt;
}
