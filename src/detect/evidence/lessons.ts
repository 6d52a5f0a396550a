/** What the API's bytes teach about its healthy silences. */
import type { Event, Millis } from '../../events.ts';
import { learn } from '../health.ts';
import { lastByteAt } from './connection.ts';
import type { Evidence, Facts } from './facts.ts';
import type { Host } from './host.ts';
import { isRepeated } from './repeated.ts';
import { known, type Wire } from './wire.ts';

/**
 * Bytes came after a silence, and nobody made them come, so the silence was healthy. It counts only while the agent
 * worked without a tool: between turns and beside a tool, nobody waits for the API. What comes before the answer (a
 * handshake, session tickets) teaches nothing. Nor does the answer to a repeated request, which may come in one piece:
 * that takes as long as the whole answer.
 */
export function learnt(host: Host, before: Evidence, after: Facts, event: Event): Host {
  if (event.type !== 'connection.bytes' || event.down === 0 || event.up > 0) return host;
  const was = known(before.wire, event.id);
  const is = known(after.wire, event.id);
  const { listeningSince } = before.turn;
  if (!was || is?.stage !== 'answer' || before.phase !== 'working' || listeningSince === null) return host;
  if (was.stage !== 'request' && was.stage !== 'answer') return host;
  if (was.stage === 'request' && isRepeated(was, before)) return host;
  const since = Math.max(lastByteAt(was), listeningSince);
  if (troubled(before.wire, since)) return host;
  const silentMs = (is.lastDownAt ?? after.now) - since;
  const health = learn(
    host.health,
    was.stage === 'request' ? 'firstByteMs' : 'streamMs',
    silentMs,
    host.deadlineMs,
  );
  return health === host.health ? host : { ...host, health };
}

/** The line was bad: other connections were lost or could not be made. A silence at such a time is no habit. */
function troubled({ waiting, closed }: Wire, since: Millis): boolean {
  return (
    waiting.length > 0 || closed.some(({ at, cause }) => at > since && cause !== 'closed' && cause !== 'cut')
  );
}
