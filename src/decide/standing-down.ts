/**
 * An agent that is to be stopped is looked at and saved first, which may take a minute on a busy machine. Nothing of it is
 * ended until then. If it goes on by itself meanwhile, it is not stopped.
 */
import type { Config } from '../config/schema.ts';
import { detect, traitsOf } from '../detect/detector.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { settleMs } from '../detect/limits.ts';
import { quietMs } from '../detect/rest.ts';
import type { Traits } from '../detect/verdict.ts';
import type { Millis } from '../events.ts';
import { withCure } from './cure.ts';
import { act, adding, type Step } from './incident.ts';
import { askedFor } from './ladder.ts';
import { heardSince } from './proof.ts';
import type { GuardState } from './state.ts';

/**
 * What the verdict rests on has changed since the stop began. That nothing speaks for it any more is not enough: a sense may
 * just have gone quiet. Neither a person's word nor a damaged conversation depends on what the agent does.
 */
export function goesOnByItself({ evidence: e, since, down }: GuardState, config: Config): boolean {
  if (!down || e.agent.exit || down.cause === askedFor('relaunch')) return false;
  const traits = traitsOf(down.cause);
  if (traits.needsRepair || detect(e, config)) return false;
  return hasEndedItsTurn(e, since) || showsLife(traits, e, since);
}

/** Its turn has ended since, and not by the guard's Esc; whatever the end had to say against it has been said by now. */
export function hasEndedItsTurn(e: Evidence, since: Millis): boolean {
  const { idleSince, failure } = e.turn;
  const isOver = idleSince !== null && idleSince > since && quietMs(e) >= settleMs;
  return isOver && failure === null && isItsOwn(e) && !e.agent.unattended;
}

/** A turn that the guard has interrupted is unfinished, whatever still comes of it. */
const isItsOwn = ({ turn: { lastStartedAt, interruptSentAt } }: Evidence): boolean =>
  lastStartedAt !== null && (interruptSentAt === null || lastStartedAt > interruptSentAt);

function showsLife({ silence, unfinished, stuck }: Traits, e: Evidence, since: Millis): boolean {
  return (
    (silence !== undefined && isItsOwn(e) && heardSince(e, since)) ||
    (unfinished === true && (e.turn.lastStartedAt ?? 0) > since) ||
    (stuck === true && e.terminal.lastOutputAt > since)
  );
}

/** The incident is over once the turn is proven, or its end; until then the agent is judged like any other. */
export function standDown(state: GuardState, cause: string): Step {
  const { now, agent } = state.evidence;
  const watching: GuardState = { ...state, name: 'watching', since: now, down: null };
  return adding(
    act(withCure(watching, 'hold', cause, null), 'wait', 'the agent goes on by itself, so it is not stopped'),
    { type: 'spare', generation: agent.generation },
  );
}
