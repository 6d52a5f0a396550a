/** The target that a request names to the proxy. */

/** `secure` is a CONNECT, whose bytes are opaque. */
export interface Target {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** `host:port`, the name of this target in observations. */
  readonly authority: string;
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

/** Stands for a host under TLS of which nothing is known. */
export const anywhere = { secure: true, host: '', port: 443 } as const;

export const targetAt = (address: Omit<Target, 'authority'> | null): Target | null =>
  address && makeTarget(address.secure, address.host, address.port);

/** The target of a CONNECT or of a request in absolute form; null if the request is not meant for a proxy. */
export function targetOf(method: string, url: string): Target | null {
  if (method === 'CONNECT') {
    const place = parseAuthority(url);
    return place && makeTarget(true, place.host, place.port);
  }
  const match = /^http:\/\/(?:[^/?#@]*@)?([^/?#@]+)/i.exec(url);
  const place = match?.[1] ? (parseAuthority(match[1]) ?? parseAuthority(`${match[1]}:80`)) : null;
  return place && makeTarget(false, place.host, place.port);
}

/** Origin form of an absolute URL, which a server, not a proxy, expects. */
export function originForm(url: string): string {
  const rest = url.replace(/^http:\/\/[^/?#]*/i, '').replace(/#.*$/, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}
