/**
 * Checks whether the API's host can be reached by the agent's route. A TCP connection is proof enough; through an
 * upstream proxy, that proxy's "yes" to a CONNECT. The probe uses no TLS, sends no request, and closes at once.
 */
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { ConnectionCause, Millis } from '../events.ts';
import { dial } from './dial.ts';
import { discard } from './hold.ts';
import { makeTarget, type Target } from './target.ts';
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
 * Never rejects. A host that a proxy denies counts as reachable: the line works, and the agent must get that answer.
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
  const denied = result.cause === 'proxy-denied';
  return { reachable: denied, latencyMs: denied ? latencyMs : null, cause: result.cause };
}

/** The target of a base URL such as `https://api.anthropic.com`; null if it is no http or https URL. */
export function targetOfUrl(text: string): Target | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, port } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  return makeTarget(protocol === 'https:', hostname, Number(port) || (protocol === 'https:' ? 443 : 80));
}
