/**
 * Which failures that are drawn or recorded are those of the turn that has just ended. The screen is the weakest witness: a
 * model's last words may read like an error of the agent's.
 */
import type { Event } from '../../events.ts';
import { reportLagMs } from '../limits.ts';
import type { Evidence } from './facts.ts';

/** Whether `event` tells of such a failure, if it tells of any. */
export function isOwnFailure(before: Evidence, event: Event): boolean {
  if (event.type === 'failure.recorded') return hasHadTurn(before);
  return event.type !== 'screen' || (hasHadTurn(before) && !hasEndedWell(before));
}

/**
 * Until this agent has had a turn of its own, every failure that it draws or records is from the conversation's past. The
 * first turn, of a prompt that the agent was given, may be too short to be seen by any sense but the wire.
 */
const hasHadTurn = ({ turn, wire, agent }: Evidence): boolean =>
  turn.count > 0 || (agent.prompted && wire.lastConversationAt !== null);

/** Hooks or the record have reported that the turn has ended well, and nothing was asked since. */
function hasEndedWell({ turn, wire }: Evidence): boolean {
  const { told, answer, failure, requestedAt, lastStartedAt } = turn;
  if (failure !== null) return false;
  const endedAt = Math.max(told?.well ? told.at : 0, answer?.endsTurn ? answer.at : 0);
  const askedAt = Math.max(requestedAt ?? 0, wire.lastWholeAt ?? 0);
  return endedAt > 0 && endedAt >= (lastStartedAt ?? 0) && askedAt <= endedAt + reportLagMs;
}
