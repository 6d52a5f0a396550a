/** One connection of the agent's to the API, as the tunnel reports it: what it carries, and how it ended. */
import type { ConnectionCause, ConnectionEnd, ConnectionProgress, Event, Millis } from '../../events.ts';
import { conversationBytes, requestBytes, settleMs } from '../limits.ts';
import { type Clock, inGrace, stampOf } from './clock.ts';

/**
 * `handshake`: nothing was asked and nothing came. `ready`: no request is open. `request`: a request went up, and
 * nothing of its answer has come. `answer`: its answer has begun to come; bytes do not show where it ends.
 */
export type Stage = 'handshake' | 'ready' | 'request' | 'answer';

export interface Connection {
  readonly id: number;
  readonly host: string;
  readonly openedAt: Millis;
  /** The same on the monotonic clock, which tells moments apart while the attended clock stands still. */
  readonly openedMoment: Millis;
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

/**
 * What a connection carried as it ended. `nothing`: no request was open. `request`: one that was unanswered, or whose
 * answer the line broke off just as it began. `stream`: an answer that was being streamed. `whole`: an answer that had
 * come in one go, as a side request's does.
 */
export type Carried = 'nothing' | 'request' | 'stream' | 'whole';

export interface ClosedConnection {
  readonly at: Millis;
  readonly by: ConnectionEnd;
  readonly cause: ConnectionCause;
  readonly carried: Carried;
  /** When the latest byte passed on it, in either direction. */
  readonly lastByteAt: Millis;
  /** Its latest request; null: there was none. */
  readonly requestAt: Millis | null;
  /** Bytes of it; 0: there was none. */
  readonly requestSize: number;
  /** It was closed just after a time in which nobody could act, such as a sleep. */
  readonly isAtReturn?: true;
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

/** No byte has come since its request. The end of a handshake and the first request may have one moment. */
export const isUnanswered = ({ stage, requestAt, lastDownAt }: Connection): boolean =>
  stage === 'request' && requestAt !== null && (lastDownAt ?? 0) <= requestAt;

/** Its answer is streamed. */
export const streams = (each: Connection): boolean =>
  each.stage === 'answer' &&
  each.answerAt !== null &&
  !isOver(each) &&
  (each.lastDownAt ?? 0) - each.answerAt > wholeMs;

/**
 * The same for the answer to a conversation, as it is reported. What is sent otherwise may be telemetry of any size.
 */
export const streamsConversation = ({
  stage,
  requestSize,
  answerAt,
  lastDownAt,
}: ConnectionProgress): boolean =>
  stage === 'answer' &&
  (requestSize ?? 0) >= conversationBytes &&
  answerAt !== undefined &&
  (lastDownAt ?? 0) - answerAt > wholeMs;

type Report<Type extends Event['type']> = Extract<Event, { type: Type }>;

/** @param now attended */
export function openedConnection({ id, host, at }: Report<'connection.opened'>, now: Millis): Connection {
  return {
    id,
    host,
    openedAt: now,
    openedMoment: at,
    stage: 'handshake',
    lastUpAt: now,
    lastDownAt: null,
    requestAt: null,
    answerAt: null,
    requestSize: 0,
  };
}

/** Every report repeats the moments of the latest request and answer. */
const isRepeated = (moment: Millis | undefined, reported: Millis | undefined): boolean =>
  moment !== undefined && moment === reported;

/** Whether a request went up since the last report. */
export function hasAsked(before: Connection, { requestAt, up }: Report<'connection.bytes'>): boolean {
  if (isRepeated(requestAt, before.reported?.requestAt)) return false;
  return requestAt !== undefined || up >= requestBytes;
}

export function afterBytes(
  before: Connection,
  event: Report<'connection.bytes'>,
  now: Millis,
  clock: Clock,
): Connection {
  const { up, down } = event;
  const stamp = (moment: Millis | undefined) => (moment === undefined ? now : stampOf(clock, moment));
  // A moment keeps its first stamp, or a stop of the clock would change the order of the moments.
  const isAnswered = isRepeated(event.answerAt, before.reported?.answerAt);
  const isRequest = hasAsked(before, event);
  const requestAt = isRequest ? stamp(event.requestAt) : before.requestAt;
  const stage = event.stage ?? stageOf(before, event.last, requestAt);
  const goesOn = isAnswered || (before.stage === 'answer' && !isRequest);
  return {
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
}

/** For a tunnel that reports only the direction of the latest byte. */
function stageOf(before: Connection, last: 'up' | 'down', requestAt: Millis | null): Stage {
  if (requestAt !== null) return last === 'up' ? 'request' : 'answer';
  return last === 'up' && before.lastDownAt === null ? 'handshake' : 'ready';
}

export function closedConnection(
  last: Connection,
  { by, cause }: Report<'connection.closed'>,
  now: Millis,
  clock: Clock,
): ClosedConnection {
  const { requestAt, requestSize } = last;
  const carried = carriedBy(last, cause, now);
  const passed = { carried, lastByteAt: lastByteAt(last), requestAt, requestSize };
  return { at: now, by, cause, ...passed, ...(inGrace(clock) && { isAtReturn: true }) };
}

function carriedBy(last: Connection, cause: ConnectionCause, now: Millis): Carried {
  if (last.stage === 'request') return 'request';
  if (last.stage !== 'answer') return 'nothing';
  if (streams(last)) return 'stream';
  const isBroken = (cause === 'reset' || cause === 'dead') && now - (last.lastDownAt ?? 0) < settleMs;
  return isBroken ? 'request' : 'whole';
}
