/**
 * The connection is dead, yet nobody told the agent: no byte in mid-response, no first byte after a request, no answer
 * to the TLS handshake. Judged only when every connection to the API is silent, because one that still moves may be
 * the one that the turn waits for.
 */
import type { Config } from '../../config/schema.ts';
import type { Millis } from '../../events.ts';
import { lastByteAt, reportMs } from '../connections.ts';
import type { Connection, Evidence } from '../evidence.ts';
import { limit, streamTimeoutMs } from '../health.ts';
import type { Phase } from '../phase.ts';
import type { Signature, Verdict } from '../verdict.ts';
import { seconds } from '../verdict.ts';

export const deadStream: Signature = {
  class: 'dead-stream',
  help: 'no byte on the connection in the middle of a response',
  test: (e, phase, config) => silent(e, phase, config, 'dead-stream'),
};

export const noFirstByte: Signature = {
  class: 'no-first-byte',
  help: 'a request was sent and nothing came back',
  test: (e, phase, config) => silent(e, phase, config, 'no-first-byte'),
};

type Silence = 'dead-stream' | 'no-first-byte';

function silent(e: Evidence, phase: Phase, config: Config, wanted: Silence): Verdict | null {
  if (phase !== 'working' && phase !== 'compacting') return null;
  if (e.waiting.length > 0) return null; // the tunnel is already at work on it
  const newest = newestOf(e.connections);
  if (!newest || e.listeningSince === null) return null;
  // A connection kept alive from an earlier turn says nothing until a request of this turn is on it.
  if (newest.requestAt === null && newest.down > 0) return null;

  const { kind, limitMs: usualMs } = limitOf(newest, e, config);
  const busyElsewhere = phase === 'working' && askedNothing(newest, e);
  if (busyElsewhere && helperSince(e) > (newest.requestAt ?? 0)) return null; // an older agent's hook, at work
  const limitMs = usualMs * (busyElsewhere ? ofHooks : 1);
  const since = Math.max(lastByteAt(newest), e.listeningSince);
  const silentMs = e.now - since;
  if (kind !== wanted || silentMs < limitMs) return null;
  return {
    class: kind,
    since,
    because: [
      `agent ${phase}, no tool running`,
      `connection ${newest.id} to ${newest.host}: last byte ${seconds(silentMs)} ago, ${position(newest)}`,
      `limit ${seconds(limitMs)}`,
    ],
    cure: 'cut',
    connections: e.connections.map((connection) => connection.id),
  };
}

/** A question on the side, such as that for a title (2.1.42, 2.1.197), is answered by then. */
const besideMs = 10_000;

/**
 * The connection that the turn waits on. While a request is unanswered it is that one, also where another was answered
 * a little later: a question on the side, or the last bytes of the answer before, which are reported late.
 */
function newestOf(connections: readonly Connection[]): Connection | null {
  const latest = Math.max(...connections.map(lastByteAt));
  const asks = ({ awaitsAnswer, requestAt }: Connection) =>
    awaitsAnswer && requestAt !== null && requestAt >= latest - besideMs;
  return connections.find(asks) ?? connections.find((each) => lastByteAt(each) === latest) ?? null;
}

/** A hook of the person's, such as a test run at the end of the turn, may take so many times the limit for silence. */
const ofHooks = 10;

/**
 * The agent has told of a step of its own and asked nothing since: what keeps it busy is not the API. A request is told
 * late, and so is a hook: a prompt or a result is followed by a request at once, the end of a turn by none.
 */
function askedNothing({ requestAt }: Connection, { turn, toldAt }: Evidence): boolean {
  if (turn === null || toldAt === null) return false;
  return (requestAt ?? 0) <= toldAt + (turn.working ? -reportMs : reportMs);
}

function helperSince({ sample }: Evidence): Millis {
  return sample?.helperSince ?? 0;
}

/** The TLS handshake has no thinking time, so the shorter limit holds for it. */
function limitOf(connection: Connection, e: Evidence, config: Config): { kind: Silence; limitMs: Millis } {
  const { stream_timeout_ms, first_byte_timeout_ms } = config.network_resilience;
  const { health } = e;
  if (!connection.awaitsAnswer) {
    return { kind: 'dead-stream', limitMs: limit(streamTimeoutMs(health, config), health.streamMs, e) };
  }
  const handshake = connection.down === 0 && connection.requestAt === null;
  return {
    kind: 'no-first-byte',
    limitMs: handshake ? limit(stream_timeout_ms, 0, e) : limit(first_byte_timeout_ms, health.firstByteMs, e),
  };
}

function position(connection: Connection): string {
  if (!connection.awaitsAnswer) return 'in mid-response';
  return connection.down === 0 && connection.requestAt === null
    ? 'handshake unanswered'
    : 'request unanswered';
}
