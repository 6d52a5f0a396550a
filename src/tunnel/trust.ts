/**
 * Whether we and a proxy that is reached over TLS accept each other. An agent may accept more than we do (the system's
 * own authorities, a client certificate), and only the agent can use that; so in doubt the proxy is left to the agent.
 */
import type { UserSettings } from '../agents/contract/launch.ts';
import type { Millis } from '../events.ts';
import { anywhere, targetAt } from './target.ts';
import { readUpstream } from './upstream.ts';

/**
 * Whether the API is reached through a proxy with which we get no TLS connection. Only such a proxy is asked. One that
 * does not answer in time counts as trusted: the line may be down. If it is not known where the API is, nothing can be
 * asked of such a proxy.
 */
export async function isProxyUntrusted(
  { api, proxy }: Pick<UserSettings, 'api' | 'proxy'>,
  timeoutMs: Millis,
): Promise<boolean> {
  const reading = readUpstream(proxy);
  if (reading.kind !== 'ok') return false;
  const target = targetAt(api);
  if (reading.upstream.routeFor(target ?? anywhere)?.secure !== true) return false;
  if (target === null) return true;
  const { probe } = await import('./probe.ts');
  const { cause } = await probe(target, { upstream: reading.upstream, timeoutMs });
  return cause === 'proxy-untrusted';
}
