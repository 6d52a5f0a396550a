/**
 * Where a connection stands between the handshake and the answer, derived from directions, sizes and times alone.
 *
 * In a fresh TLS 1.3 connection, the server's session tickets come after the client's last handshake message, so often
 * after the request, and long before its answer (Claude Code 2.1.38: about 500 bytes). They look like data, but they
 * are small, all of the same size, and arrive within a round trip.
 */
import { requestBytes } from '../detect/limits.ts';
import type { ConnectionStage, Millis } from '../events.ts';
import { createTlsReader, headBytes, type TlsRecord } from './tls-records.ts';

export interface Stages {
  /** @param chunk its length, if the bytes themselves are not available */
  up(chunk: Uint8Array | number, at: Millis): void;
  /** @returns false if it says nothing about an answer: the server's goodbye, or too few bytes to tell */
  down(chunk: Uint8Array, at: Millis): boolean;
  readonly stage: ConnectionStage;
  /** When the first byte of the latest request went up. */
  readonly requestAt: Millis | null;
  /** Its bytes so far; all of them once it has been answered. */
  readonly requestSize: number;
  /** When its answer, or the answer to a later small request, began to come down; null before that. */
  readonly answerAt: Millis | null;
  /**
   * Bursts so far that can only be a sign of life within an answer: one small record after a pause, after which the
   * same answer went on. The last piece of an answer may be as small.
   */
  readonly pings: number;
}

/** A ticket has a few hundred bytes, or 2 KB with the client's certificate in it. */
const maxTicketBytes = 2_048;
/**
 * Tickets arrive within a round trip, later on a machine under full load (300 ms on loopback, measured). A generous
 * limit has a price: if a server that sends no tickets begins its answer with a small record, that record does not
 * count as the beginning.
 */
const ticketMs = 2_000;
/** An upload does not pause for longer. If it does, only the part after the pause counts as the request. */
const uploadPauseMs = 250;
/**
 * A few bytes that go up this long after the last byte down are a request of their own, such as the one for a title.
 * Bytes that acknowledge an answer while it comes (HTTP/2) follow it at once.
 */
const askPauseMs = 250;
/**
 * A TLS record with one chunk that holds an SSE ping has 65 bytes; with a comment, fewer; with a delta, twice as many.
 */
const maxPingBytes = 72;
const pingPauseMs = 1_000;
/**
 * An encrypted alert of TLS 1.3 (RFC 8446 §5.2, §6): two bytes, the inner type and the tag. No piece of an answer is as
 * small.
 */
const alertBytes = 19;

/** The bytes of records that have begun. */
const begunBytes = (records: readonly TlsRecord[]): number =>
  records.reduce((sum, { length }) => sum + headBytes + length, 0);

/** @param secure the bytes are TLS. If they turn out not to be, any byte down counts as an answer to what went up. */
export function createStages(secure: boolean): Stages {
  const readUp = createTlsReader();
  const readDown = createTlsReader();
  let opaque = !secure;
  let stage: ConnectionStage = secure ? 'handshake' : 'ready';
  let requestAt: Millis | null = null;
  let requestSize = 0;
  let answerAt: Millis | null = null;
  let pings = 0;
  /** What looked like a ping came, and nothing of the same answer since. */
  let mayBePing = false;
  /** Bytes of a goodbye that are still to come. */
  let goodbyeLeft = 0;

  let helloAt: Millis | null = null;
  let roundTripMs: Millis | null = null;
  /** The server encrypts before the client does: TLS 1.3. */
  let encryptsFirst = false;
  /** When the client's last handshake message went up. */
  let finishedAt: Millis | null = null;
  let ticketLength: number | null = null;
  /** Since the latest byte down. */
  let sentBytes = 0;
  let sentAt: Millis = 0;
  let lastUpAt: Millis = 0;
  /** When the latest record that looked like a ticket came. */
  let ticketAt: Millis | null = null;
  let lastDownAt: Millis | null = null;

  function sent(bytes: number, at: Millis): void {
    // A new request begins, so what looked like a ticket was a short answer to the one before.
    const isNewRequest = ticketAt !== null && ticketAt >= lastUpAt && at - lastUpAt > uploadPauseMs;
    if (isNewRequest) sentBytes = 0;
    lastUpAt = at;
    if (sentBytes === 0) sentAt = at;
    sentBytes += bytes;
    if (stage === 'answer' && lastDownAt !== null && sentAt - lastDownAt > askPauseMs) {
      answerAt = null;
      mayBePing = false;
    }
    if (sentBytes < requestBytes) return;
    requestSize = sentBytes;
    if (stage === 'request' && requestAt === sentAt) return;
    stage = 'request';
    requestAt = sentAt;
    answerAt = null;
    mayBePing = false;
  }

  function isTicket(length: number, at: Millis): boolean {
    if (!encryptsFirst || finishedAt === null || answerAt !== null || length > maxTicketBytes) return false;
    if (at - finishedAt > Math.max(ticketMs, 2 * (roundTripMs ?? 0))) return false;
    ticketLength ??= length;
    if (length === ticketLength) ticketAt = at;
    return length === ticketLength;
  }

  function received(at: Millis): void {
    sentBytes = 0;
    if (stage === 'answer') answerAt ??= at;
    if (stage !== 'request') return;
    stage = 'answer';
    answerAt = at;
    finishedAt = null; // no ticket is expected any more
  }

  function sentRecord({ kind, length }: TlsRecord, at: Millis): void {
    helloAt ??= at;
    if (kind !== 'data') return;
    if (stage === 'handshake') {
      stage = 'ready';
      finishedAt = at;
      if (encryptsFirst) return; // the end of the handshake, not data yet
    }
    sent(length, at);
  }

  function receivedRecord({ kind, length }: TlsRecord, at: Millis): void {
    if (helloAt !== null) roundTripMs ??= at - helloAt;
    if (kind !== 'data') return;
    if (stage === 'handshake') encryptsFirst = true;
    else if (length > alertBytes && !isTicket(length, at)) received(at);
  }

  /** Nothing but alerts: the server is about to close the connection. */
  function isGoodbye(records: readonly TlsRecord[], bytes: number): boolean {
    const isAlert = ({ kind, length }: TlsRecord) =>
      kind === 'alert' || (kind === 'data' && stage !== 'handshake' && length <= alertBytes);
    // Without a record, it may be the rest of a goodbye; otherwise, it may begin with the rest of an answer.
    const expected = records.length === 0 ? goodbyeLeft : begunBytes(records);
    const isAll = records.every(isAlert) && bytes <= expected;
    goodbyeLeft = isAll ? expected - bytes : 0;
    return isAll;
  }

  return {
    up(chunk, at) {
      const records = opaque || typeof chunk === 'number' ? null : readUp(chunk);
      opaque ||= records === null;
      if (records === null) {
        if (stage === 'handshake') stage = 'ready';
        sent(typeof chunk === 'number' ? chunk : chunk.length, at);
      } else for (const record of records) sentRecord(record, at);
    },
    down(chunk, at) {
      const records = opaque ? null : readDown(chunk);
      opaque ||= records === null;
      if (records !== null && isGoodbye(records, chunk.length)) return false;
      // The network may tear a record anywhere: a part of a head tells nothing, and the rest of a record begins nothing.
      if (records?.length === 0 && chunk.length < headBytes) return false;
      const hasPaused = lastDownAt !== null && at - lastDownAt >= pingPauseMs;
      lastDownAt = at;
      if (stage === 'answer' && records?.length !== 0) {
        if (mayBePing) pings += 1;
        mayBePing = hasPaused && Math.max(chunk.length, begunBytes(records ?? [])) <= maxPingBytes;
      }
      if (records === null) received(at);
      else for (const record of records) receivedRecord(record, at);
      return true;
    },
    get stage() {
      return stage;
    },
    get requestAt() {
      return requestAt;
    },
    get requestSize() {
      return requestSize;
    },
    get answerAt() {
      return answerAt;
    },
    get pings() {
      return pings;
    },
  };
}
