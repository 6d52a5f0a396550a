/** A cure is pending: it is proven, given more time, overtaken by events, or followed by the next rung. */
import type { Config } from '../config/schema.ts';
import { turnHasHeardSince, turnHasRequestedSince } from '../detect/carrier.ts';
import { detect, hasBegunAnew, traitsOf } from '../detect/detector.ts';
import { inGrace } from '../detect/evidence/clock.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { reportLagMs, settleMs } from '../detect/limits.ts';
import { quietMs } from '../detect/rest.ts';
import { showsNothing, stillStarts } from '../detect/starting.ts';
import { sleptClass, type Verdict, verdictOn } from '../detect/verdict.ts';
import { giveUp } from './asking.ts';
import { heldVerdict } from './held.ts';
import { close, type Step, stay } from './incident.ts';
import { allowed, nextRung } from './ladder.ts';
import { probeWhenDue, stable } from './network.ts';
import { personTypes, typeNudge } from './nudging.ts';
import { helped, proofMs, tookEffect, wasRefused } from './proof.ts';
import { actOn, takeRung } from './rungs.ts';
import type { Cure, GuardState } from './state.ts';

export function followUp(state: GuardState, cure: Cure, config: Config): Step {
  const { evidence: e } = state;
  if (cure.stage === 'network') {
    if (isOvertaken(cure, e, config)) {
      const holding = { ...cure, rung: 'hold', stage: 'verify', deadline: null } as const;
      return stay({ ...state, probing: null, cure: holding });
    }
    // After a standstill, what the agent has done meanwhile is heard first.
    const mayType = stable(state, config) && !personTypes(state) && !inGrace(e.clock);
    return mayType ? typeNudge(state, cure.class) : probeWhenDue(state, config);
  }
  // The guard is typing. What happens meanwhile is not the result of its keys; `nudge.done` will report that.
  if (cure.stage === 'typing' && (cure.deadline ?? 0) > e.now) return stay(state);
  if (cure.rung === 'relaunch' && e.phase === 'dialog' && state.menu !== 'answering') {
    // An answered menu needs a moment to leave the screen.
    if (state.menu === 'answered' && (cure.deadline ?? 0) > e.now) return stay(state);
    return giveUp(state, 'the resumed agent asks something that only a person can answer');
  }
  if (helped(cure, e)) return close({ ...state, name: 'watching' }, 'recovered');
  if (wasRefused(cure, e)) return quietMs(e) < settleMs ? stay(state) : afterRefusal(state, config);
  if (cure.rung === 'hold')
    return e.wire.waiting.length > 0 ? whileHeld(state, config) : judgeAgain(state, config);
  // A cut can end the turn (inside a tool call, measured). Other signatures judge that, at once.
  if (cure.rung === 'cut' && e.phase === 'idle') return judgeAgain(state, config);
  // Waiting for a proof is pointless. A person who was asked is not asked again at every event.
  if (cure.rung !== 'ask' && e.screen?.facts.activity === 'crashed') return judgeAgain(state, config);
  if (tookEffect(cure, e)) return judgeAgain(afterItsPause(state, cure), config);
  if (cure.deadline === null || e.now < cure.deadline) return stay(state);
  if (cure.rung === 'relaunch') {
    if (stillStarts(e, config) || hasJustBegun(e)) return stay(state);
    if (startsInVain(state))
      return giveUp(state, 'the agent does not show itself, and starting it again has not helped');
  }
  // In print mode, an agent that is waiting before its own retry looks the same, so only a new verdict justifies more.
  // After a sleep of the machine, too, a cut is enough.
  if (cure.rung === 'cut' && (e.agent.unattended || cure.class === sleptClass))
    return judgeAgain(state, config);
  const next = nextRung(cure.rung);
  const connections = e.wire.connections.map(({ id }) => id);
  const verdict = verdictOn(
    cure.class,
    cure.at,
    [`no proof that the ${cure.rung} helped`],
    next,
    connections,
  );
  return takeRung(state, next, verdict, config);
}

/** Its first turn has come late: like that of a nudge, it gets its time to ask. */
const hasJustBegun = ({ turn, now }: Evidence): boolean =>
  turn.lastStartedAt !== null && now - turn.lastStartedAt < proofMs.nudge;

/** What has not helped twice is left to a person. In pipes there is none, so the budget decides. */
const startsInVain = ({ used, evidence: e }: GuardState): boolean =>
  used.relaunch > 1 && !e.agent.unattended && showsNothing(e);

/** Once the agent has counted down to its own next try, that needs as long to show as a cure does. */
function afterItsPause(state: GuardState, cure: Cure): GuardState {
  const { phase, now } = state.evidence;
  if (phase !== 'retrying' || cure.rung !== 'cut') return state;
  return { ...state, cure: { ...cure, deadline: now + proofMs.cut } };
}

/** A held line does not explain what the process shows: that it was stopped, or is taking all the memory. */
function whileHeld(state: GuardState, config: Config): Step {
  const verdict = detect(state.evidence, config);
  return verdict ? actOn(state, verdict, config) : stay(state);
}

/**
 * While the nudge waited for the network or the person, the agent did on its own what the nudge was for, or a better
 * witness has said that the turn had ended well. What it did just before that may be reported after it. What is asked
 * on the side, or heard of that, is not the turn's.
 */
function isOvertaken({ class: cause, at }: Cure, e: Evidence, config: Config): boolean {
  const { phase, turn, wire, screen } = e;
  const { silence, unfinished, failed } = traitsOf(cause);
  if (unfinished) return phase !== 'idle' || (failed === true && turn.failure === null);
  if (!silence) return hasBegunAnew(cause, at, e, config);
  const since = at - reportLagMs;
  const { listeningSince } = turn;
  return (
    turnHasRequestedSince(e, since) ||
    turnHasHeardSince(e, since) ||
    (screen?.tokensChangedAt ?? 0) > since ||
    wire.waiting.length > 0 ||
    listeningSince === null ||
    listeningSince > at
  );
}

function afterRefusal(state: GuardState, config: Config): Step {
  const verdict = detect(state.evidence, config);
  if (verdict) return actOn(state, verdict, config);
  return giveUp(state, 'the API refuses what the agent asks; the agent says why');
}

/** Once the prompt has been free this long, the incident of its turn is over. */
const overMs = 10_000;

/** The agent tries again by itself, so only a new verdict justifies more. The incident ends with the turn. */
function judgeAgain(state: GuardState, config: Config): Step {
  const { evidence: e } = state;
  const verdict = detect(e, config) ?? heldVerdict(state);
  if (verdict && (isSameEnd(verdict, state) || isAsked(verdict, state, config))) return stay(state);
  if (verdict) return actOn(state, verdict, config);
  if (e.turn.failure === null && quietMs(e) > overMs) return close(state, 'recovered');
  return stay(state);
}

/** The verdict is on the end that this nudge answers. Until the deadline, the next turn may just not have been seen. */
function isSameEnd({ class: cause, since }: Verdict, { cure, evidence }: GuardState): boolean {
  const isPending = cure?.rung === 'nudge' && evidence.now < (cure.deadline ?? 0);
  return isPending && traitsOf(cause).unfinished === true && since <= cure.at;
}

/** The person was asked about this, and all that is left is to ask again. */
function isAsked({ class: cause, since, cure: wanted }: Verdict, state: GuardState, config: Config): boolean {
  const { cure } = state;
  return (
    cure?.rung === 'ask' &&
    cure.class === cause &&
    since <= cure.at &&
    allowed(wanted, state, config) === 'ask'
  );
}
