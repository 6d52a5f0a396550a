/**
 * A stand-in for `api.anthropic.com`: the simulated API behind TLS, and a small CONNECT proxy that leads there.
 *
 * An agent (or a guard's tunnel) whose HTTPS_PROXY names the proxy believes that it speaks to the vendor: its base
 * URL stays untouched, TLS is end to end between agent and stand-in, and nothing leaves the machine.
 */

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { reset } from '../tunnel/sockets.ts';
import { type Api, type ApiOptions, startApi } from './api/api.ts';
import { authorityCertificate, standInCertificate, standInKey } from './api/test-certificate.ts';

/** The only place that the proxy leads to; the agent asks for a few others at start, in vain. */
const vendor = 'api.anthropic.com:443';

export interface StandIn {
  readonly api: Api;
  /** For HTTPS_PROXY. */
  readonly proxyUrl: string;
  /** `host:port` of each CONNECT, in order. */
  readonly connects: readonly string[];
  /** CONNECT requests stay unanswered while on, as behind a proxy that lost its line. */
  hold(on: boolean): void;
  /** Writes the authority's certificate to a file, for NODE_EXTRA_CA_CERTS. */
  writeAuthority(path: string): void;
  stop(): Promise<void>;
}

/** Joins two sockets for good; a reset of one is a reset of the other. */
function join(left: Socket, right: Socket): void {
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    from.pipe(to);
    from.on('error', () => reset(to));
    from.once('close', () => to.destroySoon());
  }
}

export async function startStandIn(options: Omit<ApiOptions, 'wrap'> = {}): Promise<StandIn> {
  const secureContext = createSecureContext({ cert: standInCertificate, key: standInKey });
  const api = await startApi({
    ...options,
    wrap: (raw) => {
      const secure = new TLSSocket(raw, { isServer: true, secureContext });
      secure.on('error', () => {}); // an agent that does not trust the authority hangs up
      return secure;
    },
  });

  const connects: string[] = [];
  const clients = new Set<Socket>();
  const held: (() => void)[] = [];
  let holding = false;

  const forward = (client: Socket, rest: Buffer) => {
    const upstream = connect(api.port, '127.0.0.1');
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(rest);
      join(client, upstream);
    });
    upstream.on('error', () => {
      if (upstream.connecting) client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
  };
  const proxy = createServer((client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    client.on('error', () => {});
    let head = Buffer.alloc(0);
    const read = (piece: Buffer) => {
      head = Buffer.concat([head, piece]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      client.off('data', read);
      client.pause();
      const target = /^CONNECT (\S+) HTTP/.exec(head.toString('latin1'))?.[1];
      if (!target) return void client.end('HTTP/1.1 405 Method Not Allowed\r\n\r\n');
      connects.push(target);
      if (target !== vendor) return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const proceed = () => forward(client, head.subarray(end + 4));
      if (holding) held.push(proceed);
      else proceed();
    };
    client.on('data', read);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');

  return {
    api,
    proxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    connects,
    hold(on) {
      holding = on;
      if (!on) for (const proceed of held.splice(0)) proceed();
    },
    writeAuthority: (path) => writeFileSync(path, authorityCertificate),
    async stop() {
      await api.stop();
      for (const client of clients) client.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
