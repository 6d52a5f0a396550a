/**
 * The connection is dead, yet nobody told the agent: no byte in mid-response, no first byte after a request, no answer
 * to the TLS handshake.
 */
import type { Config } from '../../config/schema.ts';
import type { Millis } from '../../events.ts';
import { carrierOf } from '../carrier.ts';
import { hasSteppedSince } from '../claims.ts';
import type { Evidence } from '../evidence/index.ts';
import type { Connection, Stage } from '../evidence/wire.ts';
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
  const carrier = carrierOf(e, e.turn.listeningSince);
  if (!carrier) return null;
  const { connection } = carrier;
  // A connection kept alive from an earlier turn says nothing until a request of this turn is on it.
  if (connection.stage === 'ready') return null;
  if (wanted !== (connection.stage === 'answer' ? 'dead-stream' : 'no-first-byte')) return null;

  const name = limitOf(connection, e, config);
  if (name === null) return null;
  const since = Math.max(carrier.lastByteAt, e.turn.listeningSince);
  const silentMs = e.now - since;
  const limit = limitMs(name, config, e.host);
  if (silentMs < limit) return null;
  return {
    class: wanted,
    since,
    because: [
      `agent ${e.phase}, no tool running`,
      `connection ${connection.id} to ${connection.host}: last byte ${seconds(silentMs)} ago, ${position[connection.stage]}`,
      `limit ${seconds(limit)}`,
    ],
    cure: 'cut',
    connections: connections.map(({ id }) => id),
  };
}

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
