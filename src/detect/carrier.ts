/**
 * Finds the connection that carries the turn, from the wire alone. The agent also sends side requests to the API's host
 * (telemetry, a token count, a title). Neither their bytes nor their silence say anything about the awaited answer.
 */
import type { Millis } from '../events.ts';
import { hasStepAfterRequest } from './claims.ts';
import { type Connection, isOver, isUnanswered, lastByteAt, streams } from './evidence/connection.ts';
import type { Facts } from './evidence/index.ts';
import { awaitsSubagent } from './evidence/tools.ts';
import { otherWordsBytes } from './evidence/wire.ts';
import { conversationBytes, reportLagMs, settleMs } from './limits.ts';

interface Carrier {
  readonly connection: Connection;
  /** The latest byte that counts as the carrier's. */
  readonly lastByteAt: Millis;
}

/**
 * The connection that the turn waits on: the one with an unanswered request, else the one with the latest byte, side
 * requests excluded. Null: there is none.
 * @param since when the agent began to wait for the API
 */
export function carrierOf(e: Facts, since: Millis): Carrier | null {
  const all = e.wire.connections;
  const stream = latest(all.filter((each) => streams(each) && (each.lastDownAt ?? 0) >= since));
  // A whole answer from before this wait is over: the turn has sent a request since, perhaps the same one again.
  const isOpen = (each: Connection) => streams(each) || (each.lastDownAt ?? 0) >= since;
  const answers = stream === null ? all.filter(isOpen) : [stream];
  const candidates = all.filter(
    (each) => !answers.some((main) => isSideRequest(each, main, stream !== null, e)),
  );
  const asking = candidates.filter((each) => each.stage === 'request' && belongsToThisWait(each, since, e));
  const connection = asking.find(isUnanswered) ?? asking[0] ?? latest(candidates);
  if (connection === null || isLeftOver(connection, e)) return null;
  // The few bytes after a request may be session tickets or a short answer. Since nothing tells them apart, the
  // connection does not count as silent while the answer beside it flows.
  const flowedAt = stream !== null && !isUnanswered(connection) ? (stream.lastDownAt ?? 0) : 0;
  return { connection, lastByteAt: Math.max(lastByteAt(connection), flowedAt) };
}

/** An agent whose connection is lost tries again after 0.5, 1, 2, 4, 8 s (measured); by then, once more at least. */
const triesAgainMs = 10_000;

/** What the turn waited on has just been lost, and the agent has not tried again. What is left was asked beside it. */
function isLeftOver(each: Connection, { wire, now }: Facts): boolean {
  if (isUnanswered(each)) return false;
  const lost = wire.closed.findLast(
    ({ carried, requestSize }) =>
      carried === 'stream' || (carried === 'request' && requestSize >= conversationBytes),
  );
  if (lost === undefined || now - lost.at >= triesAgainMs) return false;
  // An answer that was over when the lost request went up is not awaited either.
  const before = streams(each) ? (lost.requestAt ?? 0) : lost.at;
  return (streams(each) ? (each.lastDownAt ?? 0) : (each.requestAt ?? each.openedAt)) < before;
}

/** Excludes a request from an earlier turn, or from before the agent's latest step, that has stayed unanswered. */
function belongsToThisWait({ requestAt }: Connection, since: Millis, e: Facts): boolean {
  if (hasStepAfterRequest(e, requestAt)) return false;
  // Other senses may report the turn's beginning later than hooks do.
  return e.turn.told?.working === true || (requestAt ?? 0) > since - reportLagMs;
}

/**
 * Whether `each` carries a side request during the answer on `main`. A turn reads one answer at a time and its
 * conversation only grows, so a request that starts during an answer and is smaller than that answer's own request is a
 * side request. Later bytes of the answer show that it was not over by then; so do hooks, which would have reported the
 * step in between. For an answer that does not flow (any more), only the hooks can tell, and only if it was a
 * conversation's: after a step the turn sends a request at once, and there was no step. In that case, an unanswered
 * request never counts as a side request: it may be the turn's, delayed by a hook of the person's. Subagents read
 * answers of their own, so beside them no request that is awaited does.
 */
function isSideRequest(each: Connection, main: Connection, isStreaming: boolean, e: Facts): boolean {
  if (main.stage !== 'answer' || isOver(main) || (isStreaming && streams(each))) return false;
  if (isOver(each) || each.stage === 'ready') return true; // no request of a turn is open there
  const canTell = isStreaming || (each.stage === 'answer' && main.requestSize >= conversationBytes);
  const startedAfter = isStreaming ? (main.answerAt ?? 0) : (main.requestAt ?? main.openedAt) + settleMs;
  const began = each.requestAt ?? each.openedAt;
  if (!canTell || began < startedAfter) return false;
  // A compaction has ended what was asked before it, and the turn goes on with a smaller conversation.
  if ((e.wire.compactedAt ?? 0) > (main.requestAt ?? 0) && (main.lastDownAt ?? 0) <= began) return false;
  // The agent has announced a new try, so the answer before it came to nothing. A new try asks the same again.
  const retriedAt = e.screen?.retriedAt ?? 0;
  const isAgain = began > retriedAt && each.requestSize >= main.requestSize - otherWordsBytes;
  if (isAgain && retriedAt > (main.lastDownAt ?? 0)) return false;
  const isLess = each.requestSize <= main.requestSize;
  // The record shows a later request of the turn's.
  if ((e.turn.requestedAt ?? 0) > (main.requestAt ?? main.openedAt) + settleMs) return false;
  // What the screen has counted since came from elsewhere.
  if (!streams(main) && (e.screen?.countedAt ?? 0) > (main.lastDownAt ?? 0) + settleMs) return false;
  // What came whole was asked with less than the conversation: it is the side request itself.
  const { conversationSize } = e.wire;
  const isSmall = !streams(main) && main.requestSize < conversationSize;
  if (isSmall && each.requestSize >= conversationSize) return false;
  // A side request is answered at once; what was long awaited may be the model's answer, and `main` the side request's.
  const { requestAt, answerAt } = each;
  const isAwaited = answerAt === null || answerAt - (requestAt ?? answerAt) > settleMs;
  const isAlone = isStreaming && !mayAwaitSubagent(e);
  if (!isAlone && isAwaited && each.requestSize >= conversationBytes) return false;
  if (isStreaming && isLess && (main.lastDownAt ?? 0) > began) return true;
  return (isLess || looksLikeTelemetry(each, main, e)) && isStillRead(main, e);
}

/**
 * Whether `each` is telemetry, which can be longer than a conversation (335 KB, measured). Its answer arrives whole and
 * does not go on. It also opens a connection of its own, while the turn's next request reuses the connection that its
 * last answer has left free.
 */
function looksLikeTelemetry(each: Connection, { answerAt }: Connection, e: Facts): boolean {
  const isWhole = each.stage === 'answer' && e.now - lastByteAt(each) > settleMs;
  return isWhole || each.openedAt > (answerAt ?? 0);
}

/**
 * Whether the turn itself has sent another request: one as large as the conversation. The record is read later than the
 * wire, so it may report one from before.
 * @param askedAt when the request before went up: an end that was told of earlier is another turn's
 */
export function turnHasRequestedSince({ wire, turn }: Facts, since: Millis, askedAt = since): boolean {
  // Once hooks have reported the end of the turn, such a request is one on the side. The end may be written down before
  // the wire reports what ended it.
  const { told, requestedAt } = turn;
  const earliestAt = Math.max(since - reportLagMs, Math.min(since, askedAt));
  const isEnd = told !== null && !told.working && told.at >= earliestAt;
  const endedAt = isEnd ? told.at : Number.POSITIVE_INFINITY;
  const isInTurn = (at: Millis): boolean => at > since && at <= endedAt;
  if (wire.wholeAt.some(isInTurn)) return true;
  if ((requestedAt ?? 0) < since + reportLagMs) return false;
  // What the record is read to say after the end may be the request that was lost: then the wire shows none since.
  const isSeen = (at: Millis): boolean => at > since && at <= endedAt + reportLagMs;
  return isInTurn(requestedAt ?? 0) || sentAt(wire).some(isSeen);
}

/** When what may be a conversation has last gone up. */
const sentAt = ({ conversationsBefore, lastConversationAt }: Facts['wire']): readonly Millis[] =>
  lastConversationAt === null ? [] : [...conversationsBefore, lastConversationAt];

/** A byte has come of an answer that no side request can have asked for. */
export const turnHasHeardSince = ({ wire }: Facts, since: Millis): boolean =>
  wire.connections.some(
    (each) => (streams(each) || each.requestSize >= conversationBytes) && (each.lastDownAt ?? 0) > since,
  );

/**
 * Hooks report the turn, and no step since this answer was requested. While subagents are at work the answer may be
 * theirs, so it does not count.
 */
function isStillRead({ requestAt }: Connection, e: Facts): boolean {
  const hasSubagents = e.tools.some(({ agentId }) => agentId !== null) || awaitsSubagent(e.tools);
  return e.turn.told?.working === true && !hasSubagents && !hasStepAfterRequest(e, requestAt);
}

/** Where neither hooks nor the record tell of calls, subagents may be at work at any time. */
const mayAwaitSubagent = ({ tools, turn }: Facts): boolean =>
  awaitsSubagent(tools) || (turn.told === null && !turn.recordSpeaks);

function latest(connections: readonly Connection[]): Connection | null {
  let last: Connection | null = null;
  for (const each of connections) if (last === null || lastByteAt(each) > lastByteAt(last)) last = each;
  return last;
}
