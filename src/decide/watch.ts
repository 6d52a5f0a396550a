/** Watching a living agent: judge it, or follow up the pending cure. */
import type { Config } from '../config/schema.ts';
import { detect } from '../detect/detector.ts';
import { obeysMs } from '../detect/limits.ts';
import type { Verdict } from '../detect/verdict.ts';
import { perIncident } from './budget.ts';
import { followUp } from './follow-up.ts';
import { heldVerdict } from './held.ts';
import { close, type Step, stay } from './incident.ts';
import { allowed } from './ladder.ts';
import { answerMenu, menuAnswer } from './menu.ts';
import { helped } from './proof.ts';
import { actOn } from './rungs.ts';
import type { GuardState } from './state.ts';

const maxCoolDownMs = 3_600_000;

export function watch(state: GuardState, config: Config): Step {
  if (state.paused || state.evidence.agent.exit || state.evidence.terminal.suspendedSince !== null)
    return stay(state);
  if (state.incident && personInterrupted(state)) {
    return close({ ...state, name: 'watching' }, 'user');
  }
  if (state.name === 'asking' && state.evidence.now - state.since >= coolDownMs(state, config))
    return tryOnceMore(state, config);
  const answer = menuAnswer(state, config);
  if (answer) return answerMenu(state, answer);
  if (state.incident && !state.cure && personTook(state))
    return close({ ...state, name: 'watching' }, 'user');
  if (state.cure) return followUp(state, state.cure, config);
  return judge(state, config);
}

function judge(state: GuardState, config: Config): Step {
  const verdict = detect(state.evidence, config) ?? heldVerdict(state);
  if (!verdict || isBeingStopped(state, verdict) || isTaken(state, verdict, config)) return stay(state);
  return actOn(state, verdict, config);
}

/** All that is left is to ask, and the person was asked and has just taken over. If it lasts, they are asked again. */
function isTaken(state: GuardState, { since, cure }: Verdict, config: Config): boolean {
  const { takenAt, evidence } = state;
  if (takenAt === null || since > takenAt || allowed(cure, state, config) !== 'ask') return false;
  return evidence.now - takenAt < config.recovery.restart_window_ms;
}

/** The person has just pressed Esc or Ctrl+C, and the agent is about to obey, so the guard does not step in. */
function isBeingStopped({ evidence: { person, now } }: GuardState, { cure }: Verdict): boolean {
  const isInPlace = cure === 'hold' || cure === 'cut' || cure === 'nudge';
  return isInPlace && person.lastInterruptAt !== null && now - person.lastInterruptAt < obeysMs;
}

/** How long the guard only watches after it has asked: the restart window, doubling to an hour. */
function coolDownMs({ asked }: GuardState, config: Config): number {
  return Math.min(maxCoolDownMs, config.recovery.restart_window_ms * 2 ** Math.max(0, asked - 1));
}

/**
 * Like a half-open circuit breaker: nobody came, so one more nudge or relaunch is tried if there is still a reason.
 * Without one the question stays, and what the agent does by itself answers it.
 */
function tryOnceMore(state: GuardState, config: Config): Step {
  const { evidence: e, used } = state;
  const asking = { ...state, since: e.now };
  if (state.cure !== null && helped(state.cure, e)) return followUp(state, state.cure, config);
  const verdict = detect(e, config) ?? heldVerdict(state);
  if (verdict === null || isTaken(state, verdict, config)) return stay(asking);
  const again = { ...used, cut: perIncident.cut, nudge: perIncident.nudge - 1 };
  return actOn({ ...asking, name: 'watching', cure: null, used: again }, verdict, config);
}

/** The person has typed after the incident, and no cure is pending: the incident is theirs. */
function personTook({ incident, noticedAt, evidence: e }: GuardState): boolean {
  return incident !== null && e.person.lastKeyAt !== null && e.person.lastKeyAt > noticedAt;
}

/** The person pressed Esc or Ctrl+C after the incident began: they deal with it. */
function personInterrupted(state: GuardState): boolean {
  const { lastInterruptAt } = state.evidence.person;
  return lastInterruptAt !== null && state.incident !== null && lastInterruptAt > state.noticedAt;
}
