/**
 * Opens the tunnel if it is wanted and possible. Otherwise the guard works without it, and `warning` says why.
 */
import type { UserSettings } from '../../agents/contract/launch.ts';
import type { Config } from '../../config/schema.ts';
import { startTunnel, type Tunnel, type TunnelOptions } from '../../tunnel/proxy.ts';
import { targetAt } from '../../tunnel/target.ts';
import { isProxyUntrusted } from '../../tunnel/trust.ts';
import { readUpstream } from '../../tunnel/upstream.ts';

export interface OpenedTunnel {
  readonly tunnel: Tunnel | null;
  /** Why there is no tunnel although it is wanted. */
  readonly warning: string | null;
}

/** Longest timeout of a connection attempt. It is never longer than the limit for silence in a response. */
const connectTimeoutMs = 10_000;
/** How long a start waits for a proxy that is reached over TLS. */
const trustMs = 2_000;

export async function openTunnel(config: Config, user: UserSettings): Promise<OpenedTunnel> {
  if (!config.network_resilience.enabled || !config.senses.tunnel) return { tunnel: null, warning: null };
  if (!user.tunnelAllowed)
    return { tunnel: null, warning: 'a policy sets the proxy; working without the tunnel' };
  const reading = readUpstream(user.proxy);
  if (reading.kind === 'unsupported') {
    return { tunnel: null, warning: `${reading.variable}: ${reading.why}; working without the tunnel` };
  }
  if (await isProxyUntrusted(user, trustMs)) {
    const why =
      user.api === null
        ? 'the https:// proxy cannot be tried, because the settings do not say where the API is'
        : 'no TLS connection to the https:// proxy with what is trusted here';
    return { tunnel: null, warning: `${why}; working without the tunnel` };
  }
  try {
    const api = targetAt(user.api)?.authority ?? null;
    const tunnel = await startTunnel({ upstream: reading.upstream, api, ...tunnelSettings(config) });
    return { tunnel, warning: null };
  } catch (error) {
    return { tunnel: null, warning: `the tunnel could not be opened: ${String(error)}` };
  }
}

export type TunnelSettings = Required<Pick<TunnelOptions, 'maxRetries' | 'backoff' | 'connectTimeoutMs'>>;

export function tunnelSettings({ network_resilience }: Config): TunnelSettings {
  const { max_retries, backoff_initial_ms, backoff_max_ms, stream_timeout_ms } = network_resilience;
  return {
    maxRetries: max_retries,
    backoff: { initialMs: backoff_initial_ms, maxMs: backoff_max_ms },
    connectTimeoutMs: Math.min(connectTimeoutMs, stream_timeout_ms),
  };
}
