/** The agent's request in the form that the next hop expects: a server, or the upstream proxy. */
import type { IncomingMessage } from 'node:http';
import { originForm, type Target } from './target.ts';
import type { Upstream } from './upstream.ts';

export interface Outgoing {
  readonly path: string;
  /** Names and values alternately, in order, spelled as sent. */
  readonly headers: readonly string[];
}

/**
 * The request without `Proxy-*` headers, otherwise unchanged. A server gets the origin form. The upstream proxy gets
 * the absolute form and its own credentials.
 */
export function forNextHop(request: IncomingMessage, target: Target, upstream: Upstream): Outgoing {
  const route = upstream.routeFor(target);
  const { url = '' } = request;
  const added = route?.authorization ? ['Proxy-Authorization', route.authorization] : [];
  const headers = headersWithout(request, (name) => name.startsWith('proxy-'));
  return { path: route ? url : originForm(url), headers: [...headers, ...added] };
}

/** The request as it came, but without the offer to upgrade. */
export const withoutUpgrade = (request: IncomingMessage): Outgoing => ({
  path: request.url ?? '',
  headers: headersWithout(request, (name) => name === 'upgrade' || name === 'connection'),
});

function headersWithout({ rawHeaders }: IncomingMessage, isLeftOut: (name: string) => boolean): string[] {
  return rawHeaders.filter((_, index) => !isLeftOut((rawHeaders[index - (index % 2)] ?? '').toLowerCase()));
}

/** The request's head as bytes. */
export function headOf({ method, httpVersion }: IncomingMessage, { path, headers }: Outgoing): Buffer {
  const lines = headers.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${headers[index + 1]}`] : []));
  return Buffer.from([`${method} ${path} HTTP/${httpVersion}`, ...lines, '', ''].join('\r\n'), 'latin1');
}
