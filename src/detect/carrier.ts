/**
 * Which connection carries the turn, told from the wire alone: other requests go to the API's host beside it, such as
 * telemetry, a count of tokens or a title. Their bytes say nothing of the answer that is waited for, and neither does
 * their silence.
 */
import type { Millis } from '../events.ts';
import { hasSteppedSince } from './claims.ts';
import type { Facts } from './evidence/index.ts';
import { toldLateMs } from './evidence/turn.ts';
import { type Connection, conversationBytes, isOver, lastByteAt, streams } from './evidence/wire.ts';

/** By then an answer of the model's has gone on, if it was the beginning of one. */
const goesOnMs = 2_000;

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
  const able =
    stream === null
      ? all.filter((each) => !all.some((other) => isLate(each, other, e)))
      : all.filter((each) => each === stream || !isBeside(each, stream, e));
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
 * Whether it is on the side of an answer that streams. A turn reads one answer at a time and its conversation only
 * grows: what is asked while an answer comes, and is less than what was asked for that, is another matter. That the
 * answer was not over by then is told by its later bytes, or by hooks, which would have told of the step in between.
 */
function isBeside(each: Connection, stream: Connection, e: Facts): boolean {
  if (streams(each) || stream.answerAt === null) return false;
  if (isOver(each) || each.stage === 'ready') return true;
  const began = each.requestAt ?? each.openedAt;
  if (began < stream.answerAt) return false;
  if (each.requestSize <= stream.requestSize)
    return (stream.lastDownAt ?? 0) > began || isStillRead(stream, e);
  return isApart(each, stream, e) && isStillRead(stream, e);
}

/**
 * Whether it was asked beside the answer to a conversation, though neither flows: the turn asks at once after a step, and
 * there was none; what was asked later is another matter, and has its answer. One that is unanswered may be the turn's
 * all the same, which a hook of the person's has held up.
 */
function isLate(each: Connection, other: Connection, e: Facts): boolean {
  if (other.stage !== 'answer' || isOver(other)) return false;
  if (isOver(each) || each.stage === 'ready') return true; // nothing of a turn's is asked there
  if (each.stage !== 'answer') return false;
  const laterMs = (each.requestAt ?? each.openedAt) - (other.requestAt ?? other.openedAt);
  if (laterMs <= goesOnMs || other.requestSize < conversationBytes || !isStillRead(other, e)) return false;
  return each.requestSize <= other.requestSize || isApart(each, other, e);
}

/**
 * Telemetry can be longer than a conversation (335 KB, measured). Its answer is whole and does not go on; and it opens a
 * connection of its own, while the next request of the turn takes the one that its last answer has left free.
 */
function isApart(each: Connection, { answerAt }: Connection, e: Facts): boolean {
  const isWhole = each.stage === 'answer' && e.now - lastByteAt(each) > goesOnMs;
  return isWhole || each.openedAt > (answerAt ?? 0);
}

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
