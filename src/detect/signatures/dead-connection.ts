/**
 * The connection is dead, yet nobody told the agent: no byte in mid-response, no first byte after a request, no answer
 * to the TLS handshake.
 */
import type { Config } from '../../config/schema.ts';
import type { Millis } from '../../events.ts';
import { hasSteppedSince } from '../claims.ts';
import type { Evidence } from '../evidence/index.ts';
import { type Connection, isStream, lastByteAt, type Stage } from '../evidence/wire.ts';
import { knowsHabits, type LimitName, limitMs } from '../limits.ts';
import { listens } from '../phase.ts';
import type { Signature, Verdict } from '../verdict.ts';
import { seconds } from '../verdict.ts';

export const deadStream: Signature = {
  class: 'dead-stream',
  help: 'no byte on the connection in the middle of a response',
  test: (e, config) => silent(e, config, 'dead-stream'),
};

export const noFirstByte: Signature = {
  class: 'no-first-byte',
  help: 'a request was sent and nothing came back',
  test: (e, config) => silent(e, config, 'no-first-byte'),
};

type Silence = 'dead-stream' | 'no-first-byte';

const position: { readonly [S in Stage]: string } = {
  handshake: 'handshake unanswered',
  ready: 'nothing asked',
  request: 'request unanswered',
  answer: 'in mid-response',
};

function silent(e: Evidence, config: Config, wanted: Silence): Verdict | null {
  const { connections, waiting } = e.wire;
  if (!listens(e.phase) || waiting.length > 0) return null; // a held one the tunnel is already at work on
  if (e.turn.listeningSince === null) return null;
  const stream = streamOf(connections, e.turn.listeningSince);
  const newest = newestOf(connections, stream);
  if (!newest) return null;
  // A connection kept alive from an earlier turn says nothing until a request of this turn is on it.
  if (newest.stage === 'ready') return null;
  if (wanted !== (newest.stage === 'answer' ? 'dead-stream' : 'no-first-byte')) return null;

  const name = limitOf(newest, e, config);
  if (name === null) return null;
  // Whether the few bytes behind a request are session tickets or a short answer cannot be told: nothing is silent
  // while an answer beside it flows.
  const beside = stream !== null && !isUnanswered(newest) ? (stream.lastDownAt ?? 0) : 0;
  const since = Math.max(newest === stream ? 0 : beside, lastByteAt(newest), e.turn.listeningSince);
  const silentMs = e.now - since;
  const limit = limitMs(name, config, e.host);
  if (silentMs < limit) return null;
  return {
    class: wanted,
    since,
    because: [
      `agent ${e.phase}, no tool running`,
      `connection ${newest.id} to ${newest.host}: last byte ${seconds(silentMs)} ago, ${position[newest.stage]}`,
      `limit ${seconds(limit)}`,
    ],
    cure: 'cut',
    connections: connections.map((connection) => connection.id),
  };
}

/** A question on the side, such as that for a title, is answered by then. */
const besideMs = 10_000;

/**
 * The connection that the turn waits on. While a request is unanswered it is that one, also where another was answered
 * a little later: a question on the side, or the last bytes of the answer before, which are reported late.
 */
function newestOf(connections: readonly Connection[], stream: Connection | null): Connection | null {
  const latest = Math.max(...connections.map(lastByteAt));
  const asks = ({ stage, requestAt }: Connection) =>
    stage === 'request' && requestAt !== null && requestAt >= latest - besideMs;
  const asking = connections.filter(asks);
  // A streamed answer is not fed by what is asked and answered in a few bytes beside it, such as telemetry.
  return (
    asking.find(isUnanswered) ??
    asking[0] ??
    stream ??
    connections.find((each) => lastByteAt(each) === latest) ??
    null
  );
}

/** The streamed answer of this wait that had the latest byte. */
function streamOf(connections: readonly Connection[], listeningSince: Millis): Connection | null {
  const streams = connections.filter((each) => isStream(each) && (each.lastDownAt ?? 0) >= listeningSince);
  return streams.reduce<Connection | null>(
    (latest, each) => (latest === null || lastByteAt(each) > lastByteAt(latest) ? each : latest),
    null,
  );
}

/** Not a byte has come since its request. */
const isUnanswered = ({ requestAt, lastDownAt }: Connection): boolean =>
  requestAt !== null && (lastDownAt ?? 0) < requestAt;

/** Null: something of the agent's own is at work. */
function limitOf({ stage, requestAt }: Connection, e: Evidence, config: Config): LimitName | null {
  if (e.phase === 'working' && hasSteppedSince(e, requestAt)) {
    if (helperSince(e) > (requestAt ?? 0)) return null;
    return stage === 'request' ? 'ownStepUnanswered' : 'ownStep';
  }
  if (stage === 'handshake') return 'handshake';
  if (stage === 'request') return 'firstByte';
  return knowsHabits(e.host, config) ? 'midResponse' : 'midResponseUnknown';
}

const helperSince = ({ sample }: Evidence): Millis => sample?.helperSince ?? 0;
