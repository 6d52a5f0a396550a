/**
 * The agent's connections to the API, as the tunnel reports them. The tunnel sees bytes, never content. Connections of
 * other processes that share the tunnel do not count. Connections outlive an agent: the tunnel reports when they end.
 */
import type { ConnectionCause, ConnectionEnd, Event, Millis } from '../../events.ts';
import { conversationBytes, requestBytes, settleMs } from '../limits.ts';
import { type Clock, stampOf } from './clock.ts';

/**
 * `handshake`: nothing was asked and nothing came. `ready`: no request is open. `request`: a request went up, and
 * nothing of its answer has come. `answer`: its answer has begun to come; bytes do not show where it ends.
 */
export type Stage = 'handshake' | 'ready' | 'request' | 'answer';

export interface Connection {
  readonly id: number;
  readonly host: string;
  readonly openedAt: Millis;
  readonly stage: Stage;
  readonly lastUpAt: Millis;
  readonly lastDownAt: Millis | null;
  /** When the latest request went up; null before the first. */
  readonly requestAt: Millis | null;
  /** When the answer to it began to come; null before. */
  readonly answerAt: Millis | null;
  readonly requestSize: number;
  /** The moments of `requestAt` and `answerAt` as they were reported (monotonic); absent: they were not. */
  readonly reported?: { readonly requestAt?: Millis; readonly answerAt?: Millis };
}

/** A connection attempt that the tunnel holds. The agent waits and does not know. */
export interface Waiting {
  readonly id: number;
  readonly host: string;
  readonly since: Millis;
  readonly cause: ConnectionCause;
  readonly attempt: number;
  readonly of: number | null;
  readonly nextAt: Millis;
}

export interface ClosedConnection {
  readonly at: Millis;
  readonly by: ConnectionEnd;
  readonly cause: ConnectionCause;
  /** Its last request was answered whole, as a side request is. */
  readonly answeredWhole: boolean;
  /** Bytes of the request that was unanswered on it, or whose answer broke off; 0: none. Absent in older records. */
  readonly awaitedSize?: number;
  /** An answer was being streamed on it. */
  readonly streamed?: boolean;
}

export interface Wire {
  readonly connections: readonly Connection[];
  readonly waiting: readonly Waiting[];
  /** When the tunnel was last seen to hold a connection; null: never. */
  readonly heldUntil: Millis | null;
  /** The latest connections of this agent that were closed, newest last, at most eight. */
  readonly closed: readonly ClosedConnection[];
  /** Connections ever seen. */
  readonly seen: number;
  /** The latest request of this agent, on any connection or in its record. */
  readonly lastRequestAt: Millis | null;
  /** The same for a request that is large enough for a conversation. */
  readonly lastConversationAt: Millis | null;
  /** Bytes of the latest request of this agent whose answer was streamed: a conversation only grows. 0: not known. */
  readonly conversationSize: number;
  /** When the conversation was last made smaller; null: never. */
  readonly compactedAt: Millis | null;
  readonly lastDownAt: Millis | null;
}

export const noWire: Wire = {
  connections: [],
  waiting: [],
  heldUntil: null,
  closed: [],
  seen: 0,
  lastRequestAt: null,
  lastConversationAt: null,
  conversationSize: 0,
  compactedAt: null,
  lastDownAt: null,
};

const keepClosed = 8;

/** @param clock as of this event */
export function foldWire(before: Wire, event: Event, now: Millis, clock: Clock): Wire {
  const wire = before.waiting.length > 0 ? { ...before, heldUntil: now } : before;
  switch (event.type) {
    case 'agent.started':
      return {
        ...wire,
        closed: [],
        lastRequestAt: null,
        lastConversationAt: null,
        conversationSize: 0,
        compactedAt: null,
        lastDownAt: null,
      };
    case 'compaction.finished':
      return { ...wire, conversationSize: 0, compactedAt: now };
    case 'request.sent':
      return { ...wire, lastRequestAt: Math.max(wire.lastRequestAt ?? 0, now) };
    case 'connection.opened':
      return event.owner === 'other' ? wire : opened(wire, event, now);
    case 'connection.bytes':
      return bytes(wire, event, now, clock);
    case 'connection.closed': {
      const last = known(wire, event.id);
      const isBroken = last !== undefined && breaksOff(last, event, now);
      const answeredWhole = last?.stage === 'answer' && !streams(last) && !isBroken;
      const awaitedSize = last?.stage === 'request' || isBroken ? last.requestSize : 0;
      const streamed = last !== undefined && streams(last);
      const ended = { at: now, by: event.by, cause: event.cause, answeredWhole, awaitedSize, streamed };
      return {
        ...wire,
        waiting: without(wire.waiting, event.id),
        connections: without(wire.connections, event.id),
        closed: last ? [...wire.closed.slice(1 - keepClosed), ended] : wire.closed,
      };
    }
    case 'connection.waiting':
      return event.owner === 'other' ? wire : { ...wire, waiting: waits(wire, event, now) };
    case 'connection.failed':
      return {
        ...wire,
        waiting: without(wire.waiting, event.id),
        connections: without(wire.connections, event.id),
      };
    default:
      return wire;
  }
}

/** When the latest byte passed on a connection, in either direction. */
export function lastByteAt(connection: Connection): Millis {
  return Math.max(connection.lastUpAt, connection.lastDownAt ?? 0);
}

/**
 * An answer that is sent whole (telemetry, a token count: a few hundred bytes, one flight) has arrived this soon after
 * its first byte, even on a machine at full load. What comes later is produced while it is sent.
 */
const wholeMs = 250;

/**
 * Since the answer, something too small for a turn's request was sent. So the answer is over, and what comes now is
 * another.
 */
export const isOver = ({ stage, answerAt, lastUpAt }: Connection): boolean =>
  stage === 'answer' && answerAt !== null && lastUpAt > answerAt;

/** Its answer is streamed. */
export const streams = (each: Connection): boolean =>
  each.stage === 'answer' &&
  each.answerAt !== null &&
  !isOver(each) &&
  (each.lastDownAt ?? 0) - each.answerAt > wholeMs;

/** The line has broken off an answer that had just begun. */
function breaksOff({ stage, lastDownAt }: Connection, { cause }: EventOf<'connection.closed'>, now: Millis) {
  return stage === 'answer' && (cause === 'reset' || cause === 'dead') && now - (lastDownAt ?? 0) < settleMs;
}

type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>;

function opened(wire: Wire, { id, host }: EventOf<'connection.opened'>, now: Millis): Wire {
  const connection: Connection = {
    id,
    host,
    openedAt: now,
    stage: 'handshake',
    lastUpAt: now,
    lastDownAt: null,
    requestAt: null,
    answerAt: null,
    requestSize: 0,
  };
  return {
    ...wire,
    waiting: without(wire.waiting, id),
    seen: wire.seen + 1,
    connections: [...without(wire.connections, id), connection],
  };
}

function bytes(wire: Wire, event: EventOf<'connection.bytes'>, now: Millis, clock: Clock): Wire {
  const before = known(wire, event.id);
  if (!before) return wire;
  const { up, down } = event;
  const stamp = (moment: Millis | undefined) => (moment === undefined ? now : stampOf(clock, moment));
  // Every report repeats these moments. A moment keeps its first stamp, or a stop of the clock would change their order.
  const isAsked = event.requestAt !== undefined && event.requestAt === before.reported?.requestAt;
  const isAnswered = event.answerAt !== undefined && event.answerAt === before.reported?.answerAt;
  const isRequest = !isAsked && (event.requestAt !== undefined || up >= requestBytes);
  const requestAt = isRequest ? stamp(event.requestAt) : before.requestAt;
  const stage = event.stage ?? stageOf(before, event.last, requestAt);
  const goesOn = isAnswered || (before.stage === 'answer' && !isRequest);
  const after: Connection = {
    ...before,
    stage,
    answerAt:
      stage !== 'answer' ? null : goesOn ? before.answerAt : stamp(event.answerAt ?? event.lastDownAt),
    lastUpAt: up > 0 ? stamp(event.lastUpAt) : before.lastUpAt,
    lastDownAt: down > 0 ? stamp(event.lastDownAt) : before.lastDownAt,
    requestAt,
    requestSize: event.requestSize ?? (isRequest ? up : before.requestSize),
    reported: {
      ...before.reported,
      ...(event.requestAt !== undefined && { requestAt: event.requestAt }),
      ...(event.answerAt !== undefined && { answerAt: event.answerAt }),
    },
  };
  return {
    ...wire,
    connections: wire.connections.map((each) => (each.id === event.id ? after : each)),
    lastRequestAt: isRequest ? later(wire.lastRequestAt, requestAt) : wire.lastRequestAt,
    lastConversationAt:
      after.requestSize < conversationBytes
        ? wire.lastConversationAt
        : later(wire.lastConversationAt, requestAt),
    conversationSize: streams(after) ? after.requestSize : wire.conversationSize,
    lastDownAt: down > 0 ? later(wire.lastDownAt, after.lastDownAt) : wire.lastDownAt,
  };
}

const later = (one: Millis | null, other: Millis | null): Millis => Math.max(one ?? 0, other ?? 0);

/** For a tunnel that reports only the direction of the latest byte. */
function stageOf(before: Connection, last: 'up' | 'down', requestAt: Millis | null): Stage {
  if (requestAt !== null) return last === 'up' ? 'request' : 'answer';
  return last === 'up' && before.lastDownAt === null ? 'handshake' : 'ready';
}

function waits(wire: Wire, event: EventOf<'connection.waiting'>, now: Millis): readonly Waiting[] {
  const { id, host, cause, attempt, of, nextInMs } = event;
  const since = wire.waiting.find((each) => each.id === id)?.since ?? now;
  return [...without(wire.waiting, id), { id, host, since, cause, attempt, of, nextAt: now + nextInMs }];
}

export const known = (wire: Wire, id: number): Connection | undefined =>
  wire.connections.find((connection) => connection.id === id);

function without<Item extends { readonly id: number }>(items: readonly Item[], id: number): readonly Item[] {
  return items.filter((item) => item.id !== id);
}
