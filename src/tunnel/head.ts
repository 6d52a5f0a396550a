/** The head of a request to the proxy: read, checked for its target, rewritten for the next hop. */

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** In order, spelled as sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Where a request wants to go. `secure` is a CONNECT, whose bytes are opaque. */
export interface Target {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** `host:port`, the name of this target in observations. */
  readonly authority: string;
}

/** Reads a head (latin1 text up to, not including, the empty line); null when it is not one. */
export function parseHead(text: string): RequestHead | null {
  const [requestLine = '', ...lines] = text.split('\r\n');
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) (HTTP\/1\.[01])$/.exec(requestLine);
  if (!match) return null;
  const headers: [string, string][] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(line.slice(0, Math.max(0, colon)))) return null;
    headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  const [, method = '', target = '', version = ''] = match;
  return { method, target, version, headers };
}

/** Value of a header, its repetitions joined as HTTP does; null when absent. */
export function headerOf(head: RequestHead, name: string): string | null {
  const values = head.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length ? values.join(', ') : null;
}

/** `host:port` or `[v6]:port`. */
function parseAuthority(text: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^:/@\s[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host && port > 0 && port <= 65_535 ? { host, port } : null;
}

/** @param host a name or an IP address, IPv6 with or without brackets */
export function makeTarget(secure: boolean, host: string, port: number): Target {
  const bare = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return {
    secure,
    host: bare,
    port,
    authority: bare.includes(':') ? `[${bare}]:${port}` : `${bare}:${port}`,
  };
}

/** The target of a CONNECT or of a request in absolute form; null for anything that a proxy is not asked. */
export function targetOf(head: RequestHead): Target | null {
  if (head.method === 'CONNECT') {
    const place = parseAuthority(head.target);
    return place && makeTarget(true, place.host, place.port);
  }
  const match = /^http:\/\/(?:[^/?#@]*@)?([^/?#@]+)/i.exec(head.target);
  const place = match?.[1] ? (parseAuthority(match[1]) ?? parseAuthority(`${match[1]}:80`)) : null;
  return place && makeTarget(false, place.host, place.port);
}

/** Origin form of an absolute target: what a server, not a proxy, is asked. */
function originForm(target: string): string {
  const rest = target.replace(/^http:\/\/[^/?#]*/i, '').replace(/#.*$/, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * The head as the next hop gets it: without `Proxy-*` headers, otherwise untouched. A server gets the origin form;
 * the person's own proxy (`proxyAuthorization` given, perhaps null) the absolute form and its own credentials.
 */
export function forwardedHead(
  head: RequestHead,
  nextHop: 'server' | { readonly authorization: string | null },
) {
  const target = nextHop === 'server' ? originForm(head.target) : head.target;
  const kept = head.headers.filter(([name]) => !name.toLowerCase().startsWith('proxy-'));
  const added =
    nextHop !== 'server' && nextHop.authorization ? [['Proxy-Authorization', nextHop.authorization]] : [];
  const lines = [...kept, ...added].map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([`${head.method} ${target} ${head.version}`, ...lines, '', ''].join('\r\n'), 'latin1');
}
