/**
 * One connection of the agent to one target, from the request for it to its end: its facts, observations and byte
 * counts.
 */
import { streamsConversation } from '../detect/evidence/connection.ts';
import type { ConnectionCause, ConnectionEnd, ConnectionOwner, Millis, Observation } from '../events.ts';
import type { Dialled, FarLeg } from './dial.ts';
import { connectPatiently, discard, type HoldOptions } from './hold.ts';
import { createMeter, lengthOf } from './meter.ts';
import { reset } from './sockets.ts';
import type { Target } from './target.ts';

export interface ConnectionFacts {
  readonly id: number;
  /** `host:port`. */
  readonly host: string;
  readonly state: 'waiting' | 'open';
  /** When the present state began. */
  readonly since: Millis;
  /** Bytes since the connection was made. */
  readonly up: number;
  readonly down: number;
  readonly lastUpAt: Millis | null;
  readonly lastDownAt: Millis | null;
}

/** The two ends of a TCP connection. */
export interface Ends {
  readonly localPort: number;
  readonly remotePort: number;
  readonly remoteAddress: string;
}

export interface Connection {
  readonly target: Target;
  facts(): ConnectionFacts;
  /** Tries until the connection is made, has failed for good, or has ended (null). Reports `opened` or `failed`. */
  open(): Promise<Dialled | null>;
  /** @param chunk the bytes; for a request in plain http, only their number */
  countUp(chunk: Uint8Array | number): void;
  countDown(chunk: Uint8Array): void;
  /** Only the first end is reported. Bytes that the other side still sends are not counted. */
  end(by: ConnectionEnd, cause: ConnectionCause): void;
  /** The local address of an open connection. */
  localAddress(): string | null;
  ends(): Ends | null;
  /** Resets the far leg. The near leg follows it. */
  drop(cause: 'cut' | 'dead'): void;
}

/** A peer that resets a younger connection is rejecting the agent (see `pace.ts`). */
const shortLifeMs = 10_000;

/** Observations are queued until the connection's owner is known. The connection itself does not wait. */
export function createConnection(
  id: number,
  target: Target,
  options: HoldOptions,
  ownerFound: Promise<ConnectionOwner>,
  emit: (observation: Observation) => void,
  onEnded: () => void,
): Connection {
  const leaving = new AbortController();
  const host = target.authority;
  const wantedAt = performance.now();
  const meter = createMeter(target.secure, (count) => report({ type: 'connection.bytes', id, ...count }));
  let leg: FarLeg | null = null;
  let over = false;
  let owner: ConnectionOwner | null = null;
  const pending: Observation[] = [];
  void ownerFound.then((found) => {
    owner = found;
    for (const observation of pending.splice(0)) report(observation);
  });

  function report(observation: Observation): void {
    if (owner === null) {
      pending.push(observation);
      return;
    }
    const isBytes = observation.type === 'connection.bytes';
    if (isBytes && owner !== 'other' && streamsConversation(observation)) options.api.answers(target);
    emit('host' in observation ? { ...observation, owner } : observation);
  }

  let state: ConnectionFacts['state'] = 'waiting';
  let since = wantedAt;
  let up = 0;
  let down = 0;

  function end(by: ConnectionEnd, cause: ConnectionCause): void {
    if (over) return;
    over = true;
    leaving.abort();
    meter.close();
    const now = performance.now();
    if (by === 'peer' && cause === 'reset' && now - since < shortLifeMs) options.pace.bad(host, now);
    else if (by !== 'guard' && cause === 'closed' && down > 0) options.pace.good(host);
    report({ type: 'connection.closed', id, by, cause });
    onEnded();
  }

  return {
    target,
    facts: () => ({
      id,
      host,
      state,
      since,
      up,
      down,
      lastUpAt: meter.lastUpAt,
      lastDownAt: meter.lastDownAt,
    }),
    localAddress: () => leg?.tcp.localAddress ?? null,
    ends() {
      const { localPort, remotePort, remoteAddress } = leg?.tcp ?? {};
      return localPort && remotePort && remoteAddress ? { localPort, remotePort, remoteAddress } : null;
    },
    end,
    async open() {
      const result = await connectPatiently(target, options, leaving.signal, (waiting) =>
        report({ type: 'connection.waiting', id, host, ...waiting }),
      );
      if (over) {
        if (result) discard(result);
        return null;
      }
      const doneAt = performance.now();
      if (result?.ok) {
        leg = result.leg;
        state = 'open';
        since = doneAt;
        report({ type: 'connection.opened', id, host, tookMs: Math.round(doneAt - wantedAt) });
      } else if (result) {
        over = true;
        report({ type: 'connection.failed', id, host, cause: result.cause });
        onEnded();
      }
      return result;
    },
    countUp(chunk) {
      if (over) return;
      meter.up(chunk);
      up += lengthOf(chunk);
    },
    countDown(chunk) {
      if (over) return;
      meter.down(chunk);
      down += chunk.length;
    },
    drop(cause) {
      end('guard', cause);
      if (leg) reset(leg.tcp);
    },
  };
}
