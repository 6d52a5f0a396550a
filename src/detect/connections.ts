/**
 * What the tunnel's events say of the connections to the API. The tunnel sees bytes, never content: a burst up that
 * is large enough is a request, every burst down is a sign of life (lab notes §9: one record per server-sent event).
 */
import type { Event, Millis } from '../events.ts';
import type { Connection, Evidence } from './evidence.ts';
import { type Health, learn } from './health.ts';
import { phaseOf } from './phase.ts';

/**
 * Smallest upward burst that counts as a request. A main request is about 50 KB (lab notes §9); a TLS ClientHello is
 * below 2 KB, and so are HTTP/2 window updates and pings.
 */
export const requestBytes = 4_096;

const keepClosed = 8;

type ConnectionEvent = Extract<Event, { type: `connection.${string}` }>;

export function foldConnection(e: Evidence, event: ConnectionEvent): Evidence {
  switch (event.type) {
    case 'connection.opened':
      return {
        ...e,
        waiting: without(e.waiting, event.id),
        connectionsSeen: e.connectionsSeen + 1,
        connections: [
          ...without(e.connections, event.id),
          {
            id: event.id,
            host: event.host,
            openedAt: event.at,
            up: 0,
            down: 0,
            lastUpAt: event.at,
            lastDownAt: null,
            awaitsAnswer: false,
            requestAt: null,
          },
        ],
      };
    case 'connection.bytes':
      return bytes(e, event);
    case 'connection.closed':
      return {
        ...e,
        waiting: without(e.waiting, event.id),
        connections: without(e.connections, event.id),
        closed: e.connections.some((connection) => connection.id === event.id)
          ? [...e.closed.slice(1 - keepClosed), { at: event.at, by: event.by, cause: event.cause }]
          : e.closed,
      };
    case 'connection.waiting':
      return {
        ...e,
        waiting: [
          ...without(e.waiting, event.id),
          {
            id: event.id,
            host: event.host,
            since: e.waiting.find((waiting) => waiting.id === event.id)?.since ?? event.at,
            cause: event.cause,
            attempt: event.attempt,
            of: event.of,
            nextAt: event.at + event.nextInMs,
          },
        ],
      };
    case 'connection.failed':
      return { ...e, waiting: without(e.waiting, event.id), connections: without(e.connections, event.id) };
  }
}

/** The moment of the latest sign of life on a connection, in either direction. */
export function lastByteAt(connection: Connection): Millis {
  return Math.max(connection.lastUpAt, connection.lastDownAt ?? 0);
}

function bytes(e: Evidence, event: Extract<Event, { type: 'connection.bytes' }>): Evidence {
  const isRequest = event.up >= requestBytes;
  const known = event.pinged ? { ...e, health: { ...e.health, pings: true as const } } : e;
  const before = e.connections.find((connection) => connection.id === event.id);
  return {
    ...e,
    connections: e.connections.map((connection) =>
      connection.id === event.id
        ? {
            ...connection,
            up: connection.up + event.up,
            down: connection.down + event.down,
            lastUpAt: event.lastUpAt ?? (event.up > 0 ? event.at : connection.lastUpAt),
            lastDownAt: event.lastDownAt ?? (event.down > 0 ? event.at : connection.lastDownAt),
            awaitsAnswer: event.stage === 'request' || event.last === 'up',
            requestAt: isRequest ? event.at : connection.requestAt,
          }
        : connection,
    ),
    lastRequestAt: isRequest ? event.at : e.lastRequestAt,
    retryAt: isRequest && isDue(e.retryAt, event.at) ? null : e.retryAt,
    lastDownAt: event.down > 0 ? event.at : e.lastDownAt,
    health: event.down > 0 && event.up === 0 && before ? taught(known, before, event.at) : known.health,
  };
}

/**
 * Bytes came after a silence, by themselves: that silence was healthy. Only while the agent worked without a tool;
 * a pause between two turns or beside a tool is nobody's waiting.
 */
function taught(e: Evidence, connection: Connection, at: Millis): Health {
  if (phaseOf(e) !== 'working' || connection.requestAt === null || e.listeningSince === null) return e.health;
  const since = Math.max(lastByteAt(connection), e.listeningSince);
  if (troubled(e, since)) return e.health;
  return learn(e.health, connection.awaitsAnswer ? 'firstByteMs' : 'streamMs', at - since, e.deadlineMs);
}

/** The line was bad: other connections were lost or could not be made. A silence of such a day is no habit. */
function troubled({ waiting, closed }: Evidence, since: Millis): boolean {
  return (
    waiting.length > 0 || closed.some(({ at, cause }) => at > since && cause !== 'closed' && cause !== 'cut')
  );
}

/** The tunnel reports bytes up to half a second late. */
export const reportMs = 1_000;

/** A request of before, reported late, is not the try that is waited for. */
function isDue(retryAt: Millis | null, at: Millis): boolean {
  return retryAt !== null && at >= retryAt - reportMs;
}

function without<Item extends { readonly id: number }>(items: readonly Item[], id: number): readonly Item[] {
  return items.filter((item) => item.id !== id);
}
