/**
 * Asks the API's host, by the agent's route, whether it can be reached. Another host would prove nothing: in a closed
 * network it may be out of reach by right.
 */
import type { UserSettings } from '../agents/contract/launch.ts';
import type { Millis } from '../events.ts';
import { type ProbeResult, probe } from '../tunnel/probe.ts';
import { type Target, targetAt } from '../tunnel/target.ts';
import { readUpstream } from '../tunnel/upstream.ts';

const timeoutMs: Millis = 5_000;

/** There is nobody to ask, so nothing is known, and nothing waits. */
const unknown: ProbeResult = { reachable: true, latencyMs: null, cause: null };

/** @param found the host that answers the agent's conversation, if the settings do not name it */
export function apiProbe(
  { api, proxy }: Pick<UserSettings, 'api' | 'proxy'>,
  found: () => Target | null,
): () => Promise<ProbeResult> {
  const reading = readUpstream(proxy);
  const named = targetAt(api);
  return async () => {
    const target = found() ?? named;
    if (target === null || reading.kind !== 'ok') return unknown; // or we cannot speak to the proxy
    return await probe(target, { upstream: reading.upstream, timeoutMs });
  };
}
