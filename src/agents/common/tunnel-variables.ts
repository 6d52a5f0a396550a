/**
 * Variables that send the agent's API requests through the tunnel; they take precedence over `ALL_PROXY`. Whatever the
 * agent starts besides its tools (hooks, MCP servers, helpers) inherits them, so they change as little as possible: the
 * person's `NO_PROXY` stays, except for entries that exempt the API itself. If there are such entries, plain http
 * requests that had a proxy also go through the tunnel, which follows the person's own rules.
 */
import { readNetwork } from '../../platform/network-entry.ts';
import type { UserSettings } from '../contract/launch.ts';

const plainNames = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

export function tunnelVariables(
  proxyUrl: string,
  { api, proxy }: Pick<UserSettings, 'api' | 'proxy'>,
): Readonly<Record<string, string>> {
  const exemptions = ['no_proxy', 'NO_PROXY'].flatMap((name) => {
    const entries = (proxy[name] ?? '').split(/[\s,]+/).filter(Boolean);
    const kept = entries.filter((entry) => api === null || !exempts(entry, api.host));
    return kept.length === entries.length ? [] : [[name, kept.join(',')] as const];
  });
  const plain = api?.secure === false || (exemptions.length > 0 && plainNames.some((name) => proxy[name]));
  return {
    https_proxy: proxyUrl,
    HTTPS_PROXY: proxyUrl,
    ...(plain && { http_proxy: proxyUrl, HTTP_PROXY: proxyUrl }),
    ...Object.fromEntries(exemptions),
  };
}

/**
 * Whether any program might apply this entry of NO_PROXY to the host; in doubt, yes. So it reads names more widely than
 * the agent does (`tunnel/upstream.ts`): `*` anywhere, and any end of a name.
 */
function exempts(entry: string, host: string): boolean {
  const network = readNetwork(entry);
  if (network !== null) return network(host);
  const name = entry
    .toLowerCase()
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^([^:]*):\d+$/, '$1')
    .replace(/\.$/, '');
  const pattern = name.split('*').map((part) => part.replace(/[^a-z0-9-]/g, '\\$&'));
  return name !== '' && new RegExp(`${pattern.join('.*')}$`).test(host.toLowerCase());
}
