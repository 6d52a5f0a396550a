/**
 * Checks whether the API's host can be reached by the agent's route. A TCP connection is proof enough; through an
 * upstream proxy, that proxy's "yes" to a CONNECT. The probe uses no TLS, sends no request, and closes at once.
 */
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { ConnectionCause, Millis } from '../events.ts';
import { dial } from './dial.ts';
import { discard } from './hold.ts';
import type { Target } from './target.ts';
import type { Upstream } from './upstream.ts';

export interface ProbeOptions {
  readonly upstream: Upstream;
  readonly timeoutMs: number;
  readonly lookup?: LookupFunction;
}

export interface ProbeResult {
  readonly reachable: boolean;
  /** Time until the connection was made; null if it was not. */
  readonly latencyMs: Millis | null;
  readonly cause: ConnectionCause | null;
}

/**
 * Never rejects. A host that a proxy denies counts as reachable: the line works, and the agent must get that answer. So
 * does one behind a proxy that only the agent may trust.
 */
export async function probe(target: Target, options: ProbeOptions): Promise<ProbeResult> {
  const startedAt = performance.now();
  const result = await dial(target, options.upstream.routeFor(target), {
    lookup: options.lookup ?? systemLookup,
    connectTimeoutMs: options.timeoutMs,
    signal: AbortSignal.timeout(options.timeoutMs),
  });
  discard(result);
  const latencyMs = Math.round(performance.now() - startedAt);
  if (result.ok) return { reachable: true, latencyMs, cause: null };
  const { cause } = result;
  const denied = cause === 'proxy-denied';
  return { reachable: denied || cause === 'proxy-untrusted', latencyMs: denied ? latencyMs : null, cause };
}
