/**
 * An agent that is to be stopped is looked at and saved first, which may take a minute on a busy machine. Nothing of it
 * is ended until then. If it goes on by itself meanwhile, it is not stopped.
 */
import { traitsOf } from '../detect/detector.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { settleMs } from '../detect/limits.ts';
import { quietMs } from '../detect/rest.ts';
import type { Traits, Verdict } from '../detect/verdict.ts';
import type { Millis } from '../events.ts';
import { act, adding, andThen, close, type Step } from './incident.ts';
import { askedFor } from './ladder.ts';
import { heardSince } from './proof.ts';
import type { GuardState } from './state.ts';

/**
 * What the verdict rests on has changed since the stop began. That nothing speaks for it any more is not enough: a
 * sense may just have gone quiet. An unfinished turn at the prompt speaks for a nudge, not for a stop. Neither a
 * person's word nor a damaged conversation depends on what the agent does.
 */
export function goesOnByItself(state: GuardState, verdict: Verdict | null): boolean {
  const { evidence: e, since, down } = state;
  if (!down || e.agent.exit || down.cause === askedFor('relaunch')) return false;
  const traits = traitsOf(down.cause);
  if (traits.needsRepair || traits.lasting || (verdict && !isUnfinished(verdict))) return false;
  return isBackAtPrompt(e, since) || showsLife(traits, e, since);
}

/** Its turn has ended since, and not by the guard's Esc, and nothing of it is left to do. */
export const hasDoneItsTurn = (e: Evidence, since: Millis, verdict: Verdict | null): boolean =>
  isBackAtPrompt(e, since) && e.turn.failure === null && !(verdict && isUnfinished(verdict));

const isUnfinished = (verdict: Verdict): boolean => traitsOf(verdict.class).unfinished === true;

/** Whatever the end had to say against its turn has been said by now. */
function isBackAtPrompt(e: Evidence, since: Millis): boolean {
  const { idleSince } = e.turn;
  const isOver = idleSince !== null && idleSince > since && quietMs(e) >= settleMs;
  return isOver && isItsOwn(e) && !e.agent.unattended;
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

/** The agent has recovered by itself. Whatever is still wrong is judged anew. */
export function standDown(state: GuardState): Step {
  const watching: GuardState = { ...state, name: 'watching', since: state.evidence.now, down: null };
  const told = act(watching, 'wait', 'the agent goes on by itself, so it is not stopped');
  return adding(
    andThen(told, (next) => close(next, 'recovered')),
    { type: 'spare' },
  );
}
