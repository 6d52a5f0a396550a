/** Checks on the route to the API host: the person's own proxy and, only if asked, whether it leads there. */
import type { UserSettings } from '../../agents/contract/launch.ts';
import type { Config } from '../../config/schema.ts';
import { anywhere, makeTarget } from '../../tunnel/target.ts';
import { readUpstream } from '../../tunnel/upstream.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';

export function proxyChain(user: UserSettings, config: Config): Finding {
  const host = user.api?.host ?? 'API (the settings do not say which host: the one that answers is watched)';
  if (!config.senses.tunnel || !config.network_resilience.enabled) {
    return note('proxy chain', 'the tunnel is switched off in the settings');
  }
  if (!user.tunnelAllowed) {
    return warning(
      'proxy chain',
      'a policy sets the proxy itself, or requests go through a socket file: no tunnel; freezes are seen on the screen',
      'nothing; the guard relies on its other senses',
    );
  }
  const reading = readUpstream(user.proxy);
  if (reading.kind === 'unsupported') {
    const remedy = 'use an http:// or https:// proxy, or do without the tunnel';
    return warning('proxy chain', `${reading.variable}: ${reading.why}; the tunnel stays off`, remedy);
  }
  const route = reading.upstream.routeFor(user.api ?? anywhere);
  if (route === null) return ok('proxy chain', `agent -> tunnel -> ${host}`);
  const credentials = route.authorization === null ? '' : ' (with credentials)';
  return ok('proxy chain', `agent -> tunnel -> ${route.host}:${route.port}${credentials} -> ${host}`);
}

export async function reachability(user: UserSettings): Promise<Finding> {
  if (user.api === null)
    return note('network', 'not tried: the settings do not say which host the agent asks');
  const { host, port, secure } = user.api;
  const reading = readUpstream(user.proxy);
  if (reading.kind === 'unsupported') return note('network', 'not tried: the proxy is not supported');
  const { probe } = await import('../../tunnel/probe.ts');
  const target = makeTarget(secure, host, port);
  const result = await probe(target, { upstream: reading.upstream, timeoutMs: 10_000 });
  if (result.cause === 'proxy-untrusted') {
    return warning(
      'network',
      `no TLS connection to the proxy on the way to ${host}; the tunnel stays off`,
      'name the certificate authority of the proxy in NODE_EXTRA_CA_CERTS, or do without the tunnel',
    );
  }
  if (result.reachable) return ok('network', `${host}:${port} reached in ${result.latencyMs} ms`);
  return problem(
    'network',
    `${host}:${port} cannot be reached: ${result.cause ?? 'unknown cause'}`,
    'check the connection, the VPN and the proxy variables; a session would wait until it is back',
  );
}
