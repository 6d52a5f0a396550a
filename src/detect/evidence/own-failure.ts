/**
 * Which failures that are drawn or recorded are those of the turn that has just ended. The screen is the weakest
 * witness: a model's last words may read like an error of the agent's.
 */
import type { Event } from '../../events.ts';
import { reportLagMs } from '../limits.ts';
import type { Evidence } from './facts.ts';
import { runsOnAfter } from './screen.ts';
import { recordHasTurn } from './turn.ts';

/** Whether `event` tells of such a failure, if it tells of any. @param before the evidence before it */
export function isOwnFailure(before: Evidence, event: Event): boolean {
  if (event.type === 'failure.recorded') return followsTurn(before);
  return event.type !== 'screen' || (followsTurn(before) && !hasEndedWell(before));
}

/**
 * A turn of this agent's runs, or no key was pressed since the last one that might have chosen another conversation.
 * Every other failure is from a conversation's past: the agent draws it again when it is resumed, and when the person
 * goes back or chooses another. A turn may be too short to be seen by any sense but the wire or the record.
 */
function followsTurn({ turn, wire, agent, person }: Evidence): boolean {
  if (turn.count === 0) return agent.prompted && wire.lastConversationAt !== null;
  const { idleSince, toldAt, requestedAt } = turn;
  const ranAt = Math.max(idleSince ?? 0, toldAt ?? 0, requestedAt ?? 0, wire.wholeAt.at(-1) ?? 0);
  return turn.workingSince !== null || ranAt > (person.lastChoiceAt ?? 0);
}

/**
 * Hooks or the record have reported that the turn has ended well, and nothing was asked since. What was asked within the
 * time of a report may have been asked before, unless the turn is shown to have gone on.
 */
function hasEndedWell({ turn, wire, screen }: Evidence): boolean {
  const { told, answer, failure, requestedAt, lastStartedAt } = turn;
  if (failure !== null) return false;
  const isAnswered = answer?.endsTurn === true && recordHasTurn(turn);
  const endedAt = Math.max(told?.well ? told.at : 0, isAnswered ? answer.at : 0);
  const wholeAt = wire.wholeAt.at(-1) ?? 0;
  const askedAt = Math.max(requestedAt ?? 0, wholeAt);
  const hasGoneOn = wholeAt > endedAt && runsOnAfter(screen, endedAt);
  return endedAt > 0 && endedAt >= (lastStartedAt ?? 0) && askedAt <= endedAt + reportLagMs && !hasGoneOn;
}
