/** What the API's bytes teach about its healthy silences. */
import type { Event, Millis } from '../../events.ts';
import { type Health, type Lesson, learn } from '../health.ts';
import { lastByteAt, streams } from './connection.ts';
import type { Evidence, Facts } from './facts.ts';
import type { Host } from './host.ts';
import { known, type Wire } from './wire.ts';

/**
 * Bytes came after a silence, and nobody made them come, so the silence was healthy. It counts only while the agent
 * worked without a tool: between turns and beside a tool, nobody waits for the API. What comes before the answer (a
 * handshake, session tickets) teaches nothing. Nor does the wait for an answer that comes in one piece: it was as long as
 * the answer took, which says nothing about when a streamed one begins.
 */
export function learnt(host: Host, before: Evidence, after: Facts, event: Event): Host {
  if (event.type !== 'connection.bytes' || event.down === 0 || event.up > 0) return host;
  const was = known(before.wire, event.id);
  const is = known(after.wire, event.id);
  const { listeningSince } = before.turn;
  if (!was || is?.stage !== 'answer' || before.phase !== 'working' || listeningSince === null) return host;
  if (!streams(is)) return host;
  const lesson = (health: Health, kind: Lesson, from: Millis, until: Millis) => {
    const since = Math.max(from, listeningSince);
    return troubled(before.wire, since) ? health : learn(health, kind, until - since, host.deadlineMs);
  };
  const begun = streams(was)
    ? host.health
    : lesson(host.health, 'firstByteMs', is.lastUpAt, is.answerAt ?? after.now);
  const health =
    was.stage === 'answer' ? lesson(begun, 'streamMs', lastByteAt(was), is.lastDownAt ?? after.now) : begun;
  return health === host.health ? host : { ...host, health };
}

/** The line was bad: other connections were lost or could not be made. A silence at such a time is no habit. */
function troubled({ waiting, closed }: Wire, since: Millis): boolean {
  return (
    waiting.length > 0 || closed.some(({ at, cause }) => at > since && cause !== 'closed' && cause !== 'cut')
  );
}
