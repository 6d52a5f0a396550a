/**
 * The agent's connections to the API, as the tunnel reports them. The tunnel sees bytes, never content. Connections of
 * other processes that share the tunnel do not count. Connections outlive an agent: the tunnel reports when they end.
 */
import type { ConnectionCause, Event, Millis, ScreenFacts } from '../../events.ts';
import { conversationBytes, hookReadMs, reportLagMs, requestBytes } from '../limits.ts';
import { type Clock, writtenAt } from './clock.ts';
import {
  afterBytes,
  type ClosedConnection,
  type Connection,
  closedConnection,
  hasAsked,
  openedConnection,
  streams,
} from './connection.ts';

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

export interface Wire {
  readonly connections: readonly Connection[];
  readonly waiting: readonly Waiting[];
  /** When the tunnel was last seen to hold a connection; null: never. */
  readonly heldUntil: Millis | null;
  /** The latest connections of this agent that were closed, newest last, at most eight. */
  readonly closed: readonly ClosedConnection[];
  /** Connections ever seen. */
  readonly seen: number;
  /**
   * Whether turns ask here: a conversation has gone up, or an answer was streamed. They ask elsewhere if none has, and
   * yet the screen has counted an answer: all that was seen are side requests. Null: nothing shows it yet.
   */
  readonly turnsAsk: 'here' | 'elsewhere' | null;
  /** The latest request of this agent, on any connection or in its record. */
  readonly lastRequestAt: Millis | null;
  /** The same for a request that is large enough for a conversation. */
  readonly lastConversationAt: Millis | null;
  /**
   * The same for those that are as large as the conversation, newest last, at most eight: what is asked on the side is
   * mostly smaller.
   */
  readonly wholeAt: readonly Millis[];
  /**
   * Bytes of the latest request whose answer was streamed: a conversation only grows, and the next agent goes on with
   * it. 0: not known.
   */
  readonly conversationSize: number;
  /** When the conversation was last made smaller; null: never. */
  readonly compactedAt: Millis | null;
  readonly lastDownAt: Millis | null;
  /** The same for the requests before that one, newest last, at most `keepAsked`. */
  readonly conversationsBefore: readonly Millis[];
}

export const noWire: Wire = {
  connections: [],
  waiting: [],
  heldUntil: null,
  closed: [],
  seen: 0,
  turnsAsk: null,
  lastRequestAt: null,
  lastConversationAt: null,
  wholeAt: [],
  conversationSize: 0,
  compactedAt: null,
  lastDownAt: null,
  conversationsBefore: [],
};

const keepClosed = 8;
/** Telemetry may be as large as a conversation, so between two requests of a turn there may be several others. */
const keepAsked = 16;

/** A new try of the same request may be put in other words: asked for in one piece, it does without `stream`. */
export const otherWordsBytes = 1_024;

/** What the screen shows once a compaction is over. While it fails, the agent counts down to its next try. */
const afterCompaction: readonly ScreenFacts['activity'][] = ['busy', 'waiting', 'tool', 'idle', 'background'];

/** What else tells about the requests of a turn. */
interface Around {
  /** What the screen showed before this event. */
  readonly shown: ScreenFacts['activity'] | null;
  /** The screen counts an answer now. */
  readonly isCounted: boolean;
  /** When hooks reported the end of the latest turn; 0: they have not. */
  readonly endedAt: Millis;
}

/** @param clock as of this event */
export function foldWire(
  before: Wire,
  event: Event,
  now: Millis,
  clock: Clock,
  { shown, isCounted, endedAt }: Around,
): Wire {
  const held = before.waiting.length > 0 ? { ...before, heldUntil: now } : before;
  const wire: Wire = isCounted && held.turnsAsk === null ? { ...held, turnsAsk: 'elsewhere' } : held;
  switch (event.type) {
    case 'agent.started':
      return {
        ...wire,
        closed: [],
        lastRequestAt: null,
        lastConversationAt: null,
        wholeAt: [],
        compactedAt: null,
        lastDownAt: null,
        conversationsBefore: [],
      };
    case 'turn.started': // what was answered before the end of the last turn was not asked by this one
      return {
        ...wire,
        connections: wire.connections.map((each) =>
          each.stage === 'answer' && each.requestAt !== null && (each.answerAt ?? now) <= endedAt
            ? { ...each, requestAt: Math.min(each.requestAt, writtenAt(clock, event) - reportLagMs) }
            : each,
        ),
      };
    case 'compaction.finished':
      return compacted(wire, writtenAt(clock, event));
    case 'screen': // only the record and some hooks report the end of a compaction themselves
      return shown === 'compacting' && afterCompaction.includes(event.facts.activity)
        ? compacted(wire, now)
        : wire;
    case 'request.sent':
      return { ...wire, lastRequestAt: Math.max(wire.lastRequestAt ?? 0, now) };
    case 'connection.opened':
      if (event.owner === 'other') return wire;
      return {
        ...wire,
        waiting: without(wire.waiting, event.id),
        seen: wire.seen + 1,
        connections: [...without(wire.connections, event.id), openedConnection(event, now)],
      };
    case 'connection.bytes':
      return bytes(wire, event, now, clock);
    case 'connection.closed': {
      const last = known(wire, event.id);
      return {
        ...wire,
        waiting: without(wire.waiting, event.id),
        connections: without(wire.connections, event.id),
        closed: last
          ? [...wire.closed.slice(1 - keepClosed), closedConnection(last, event, now, clock)]
          : wire.closed,
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

/** The earliest of what several senses tell dates the end: by the time the others do, more may have been asked. */
function compacted(wire: Wire, at: Millis): Wire {
  const { compactedAt } = wire;
  return compactedAt !== null && at - compactedAt < hookReadMs
    ? { ...wire, compactedAt: Math.min(at, compactedAt) }
    : { ...wire, conversationSize: 0, compactedAt: at };
}

type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>;

function bytes(wire: Wire, event: EventOf<'connection.bytes'>, now: Millis, clock: Clock): Wire {
  const before = known(wire, event.id);
  if (!before) return wire;
  const isRequest = hasAsked(before, event);
  const after = afterBytes(before, event, now, clock);
  const isNewConversation =
    after.requestAt !== null &&
    after.requestSize >= conversationBytes &&
    (wire.lastConversationAt === null || after.requestAt > wire.lastConversationAt);
  const isWhole = isNewConversation && after.requestSize >= wire.conversationSize - otherWordsBytes;
  return {
    ...wire,
    connections: wire.connections.map((each) => (each.id === event.id ? after : each)),
    turnsAsk: isNewConversation || streams(after) ? 'here' : wire.turnsAsk,
    lastRequestAt: isRequest ? later(wire.lastRequestAt, after.requestAt) : wire.lastRequestAt,
    lastConversationAt: isNewConversation ? after.requestAt : wire.lastConversationAt,
    wholeAt: isWhole ? [...wire.wholeAt.slice(-7), after.requestAt] : wire.wholeAt,
    // What was asked before a compaction ended is the compaction's own.
    conversationSize:
      streams(after) && (after.requestAt ?? 0) >= (wire.compactedAt ?? 0)
        ? after.requestSize
        : wire.conversationSize,
    lastDownAt: event.down > 0 ? later(wire.lastDownAt, after.lastDownAt) : wire.lastDownAt,
    conversationsBefore:
      isNewConversation && wire.lastConversationAt !== null
        ? [...wire.conversationsBefore.slice(1 - keepAsked), wire.lastConversationAt]
        : wire.conversationsBefore,
  };
}

/** When a request went up that is too large for a side request; null: the event reports none. */
export function conversationAskedAt(event: Event, { conversationSize }: Wire): Millis | null {
  // Every report repeats the size of the latest request, also when only a few bytes have gone up since.
  if (event.type !== 'connection.bytes' || event.last !== 'up' || event.up < requestBytes) return null;
  const size = event.requestSize ?? event.up;
  return size < Math.max(conversationBytes, conversationSize) ? null : (event.requestAt ?? event.at);
}

const later = (one: Millis | null, other: Millis | null): Millis => Math.max(one ?? 0, other ?? 0);

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
