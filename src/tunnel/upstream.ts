/**
 * The person's own proxy variables, read as the agents read them: lower case before upper case; either variable stands
 * in for the other if that is missing (all versions do so); NO_PROXY by host suffix. ALL_PROXY comes last and counts
 * only if it names an http proxy; 2.1.329 reads it in this way, older versions ignore it.
 */

import { readNetwork } from '../platform/network-entry.ts';

export interface UpstreamProxy {
  /** The connection to the proxy itself uses TLS (`https://` proxy URL). */
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** Value of Proxy-Authorization; null without credentials in the URL. */
  readonly authorization: string | null;
  /** A file with certificate authorities that the agent trusts, too (`NODE_EXTRA_CA_CERTS`). */
  readonly authorities: string | null;
}

/** How to reach one host: directly (null) or through a proxy. */
export type Route = UpstreamProxy | null;

export interface Upstream {
  routeFor(target: { readonly secure: boolean; readonly host: string; readonly port: number }): Route;
}

/** `unsupported`: the variables name something that the tunnel cannot connect through, so it must stay off. */
export type UpstreamReading =
  | { readonly kind: 'ok'; readonly upstream: Upstream }
  | { readonly kind: 'unsupported'; readonly variable: string; readonly why: string };

type Environment = Readonly<Record<string, string | undefined>>;

const everythingNames = ['all_proxy', 'ALL_PROXY'];
const secureNames = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', ...everythingNames];
const plainNames = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', ...everythingNames];

/** Derives each host's route from the environment. Never throws; a bad value is `unsupported`. */
export function readUpstream(env: Environment): UpstreamReading {
  const routes: Record<'secure' | 'plain', Route> = { secure: null, plain: null };
  for (const [kind, names] of [
    ['secure', secureNames],
    ['plain', plainNames],
  ] as const) {
    const variable = names.find((name) => env[name]);
    if (!variable) continue;
    const proxy = parseProxyUrl(env[variable] ?? '', env.NODE_EXTRA_CA_CERTS || null);
    if (typeof proxy !== 'string') routes[kind] = proxy;
    else if (!everythingNames.includes(variable)) return { kind: 'unsupported', variable, why: proxy };
  }
  const bypasses = readNoProxy(env.no_proxy || env.NO_PROXY || '');
  const routeFor: Upstream['routeFor'] = ({ secure, host, port }) =>
    bypasses(host, port) ? null : secure ? routes.secure : routes.plain;
  return { kind: 'ok', upstream: { routeFor } };
}

/**
 * The proxy that a URL names, or what is wrong with the URL. The text does not quote the value, which may hold a
 * password.
 */
function parseProxyUrl(text: string, authorities: string | null): UpstreamProxy | string {
  const withScheme = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) return 'not a URL';
  const url = new URL(withScheme);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `${url.protocol.slice(0, -1)} proxies are not supported`;
  const secure = url.protocol === 'https:';
  const credentials = `${decode(url.username)}:${decode(url.password)}`;
  return {
    secure,
    host: bare(url.hostname),
    port: Number(url.port) || (secure ? 443 : 80),
    authorization: credentials === ':' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`,
    authorities,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % in a password is meant literally
  }
}

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

/**
 * NO_PROXY: entries separated by commas or blanks. `*` means every host; `name`, `.name` and `*.name` mean the host and
 * everything below it; an IP address means only itself; `a.b.c.d/n` or `v6/n` means a network. Any but `*` and a
 * network may have a `:port`.
 */
function readNoProxy(text: string): (host: string, port: number) => boolean {
  const rules = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(readRule);
  return (host, port) => rules.some((rule) => rule(bare(host), port));
}

type Rule = (host: string, port: number) => boolean;

function readRule(entry: string): Rule {
  if (entry === '*') return () => true;
  const network = readNetwork(entry);
  if (network !== null) return network;
  const withPort = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry);
  const name = bare(withPort?.[1] ?? entry)
    .replace(/^\*/, '')
    .replace(/^\./, '');
  const onlyPort = withPort ? Number(withPort[2]) : null;
  return (host, port) =>
    (onlyPort === null || onlyPort === port) && name !== '' && (host === name || host.endsWith(`.${name}`));
}
