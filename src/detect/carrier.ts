/**
 * Which connection carries the turn, told from the wire alone: other requests go to the API's host beside it, such as
 * telemetry, a count of tokens or a title. Their bytes say nothing of the answer that is waited for, and neither does
 * their silence.
 */
import type { Millis } from '../events.ts';
import { hasSteppedSince } from './claims.ts';
import type { Facts } from './evidence/index.ts';
import { type Connection, isOver, lastByteAt, streams } from './evidence/wire.ts';
import { conversationBytes, settleMs, toldLateMs } from './limits.ts';

/** Not a byte has come since its request. */
const isUnanswered = ({ requestAt, lastDownAt }: Connection): boolean =>
  requestAt !== null && (lastDownAt ?? 0) < requestAt;

interface Carrier {
  readonly connection: Connection;
  /** The latest byte that counts for it. */
  readonly lastByteAt: Millis;
}

/**
 * The connection that the turn waits on: an unanswered request, else what was heard of last and is not on the side. Null: there is none.
 * @param since when the agent began to wait for the API
 */
export function carrierOf(e: Facts, since: Millis): Carrier | null {
  const all = e.wire.connections;
  const stream = latest(all.filter((each) => streams(each) && (each.lastDownAt ?? 0) >= since));
  const answers = stream === null ? all : [stream];
  const able = all.filter((each) => !answers.some((main) => isBeside(each, main, stream !== null, e)));
  const asking = able.filter((each) => each.stage === 'request' && isOfThisWait(each, since, e));
  const connection = asking.find(isUnanswered) ?? asking[0] ?? latest(able);
  if (connection === null) return null;
  // Whether the few bytes behind a request are session tickets or a short answer cannot be told: nothing is silent
  // while an answer beside it flows.
  const flows = stream !== null && !isUnanswered(connection) ? (stream.lastDownAt ?? 0) : 0;
  return { connection, lastByteAt: Math.max(lastByteAt(connection), flows) };
}

/** A request of an earlier turn, or from before the agent's latest step, may have stayed unanswered. */
function isOfThisWait({ requestAt }: Connection, since: Millis, e: Facts): boolean {
  return (requestAt ?? 0) > since - toldLateMs && !hasSteppedSince(e, requestAt);
}

/**
 * Whether it is on the side of an answer. A turn reads one answer at a time and its conversation only grows: what is asked
 * while an answer comes, and is less than what was asked for that, is another matter. That the answer was not over by
 * then is told by its later bytes, or by hooks, which would have told of the step in between. Of one that does not flow
 * (any more) hooks alone tell, and only of a conversation's: the turn asks at once after a step, and there was none. What
 * is unanswered then may be the turn's all the same, which a hook of the person's has held up.
 */
function isBeside(each: Connection, main: Connection, flows: boolean, e: Facts): boolean {
  if (main.stage !== 'answer' || isOver(main) || (flows && streams(each))) return false;
  if (isOver(each) || each.stage === 'ready') return true; // nothing of a turn's is asked there
  const able = flows || (each.stage === 'answer' && main.requestSize >= conversationBytes);
  const from = flows ? (main.answerAt ?? 0) : (main.requestAt ?? main.openedAt) + settleMs;
  const began = each.requestAt ?? each.openedAt;
  if (!able || began < from) return false;
  const isLess = each.requestSize <= main.requestSize;
  if (flows && isLess && (main.lastDownAt ?? 0) > began) return true;
  return (isLess || isApart(each, main, e)) && isStillRead(main, e);
}

/**
 * Telemetry can be longer than a conversation (335 KB, measured). Its answer is whole and does not go on; and it opens a
 * connection of its own, while the next request of the turn takes the one that its last answer has left free.
 */
function isApart(each: Connection, { answerAt }: Connection, e: Facts): boolean {
  const isWhole = each.stage === 'answer' && e.now - lastByteAt(each) > settleMs;
  return isWhole || each.openedAt > (answerAt ?? 0);
}

/** The turn itself has asked again. What is smaller than a conversation is asked beside it. */
export const hasAskedSince = ({ wire, turn }: Facts, since: Millis): boolean =>
  Math.max(wire.lastConversationAt ?? 0, turn.requestedAt ?? 0) > since;

/** Hooks tell of the turn, and of no step since this answer was asked for; where subagents are at work it may be theirs. */
function isStillRead({ requestAt }: Connection, e: Facts): boolean {
  const ofSubagents = e.tools.some(({ agentId }) => agentId !== null);
  return e.turn.told?.working === true && !ofSubagents && !hasSteppedSince(e, requestAt);
}

function latest(connections: readonly Connection[]): Connection | null {
  let last: Connection | null = null;
  for (const each of connections) if (last === null || lastByteAt(each) > lastByteAt(last)) last = each;
  return last;
}
