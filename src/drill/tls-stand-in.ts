/**
 * A stand-in for `api.anthropic.com`: the simulated API behind TLS, and a small CONNECT proxy that leads there.
 *
 * An agent (or a guard's tunnel) whose HTTPS_PROXY names the proxy believes that it speaks to the vendor: its base
 * URL stays untouched, TLS (1.3, with session tickets) is end to end between agent and stand-in, and nothing leaves
 * the machine. What comes down is cut at arbitrary byte positions, as a network does.
 */

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { reset } from '../tunnel/sockets.ts';
import { type Api, type ApiOptions, startApi } from './api/api.ts';
import { authorityCertificate, standInCertificate, standInKey } from './api/test-certificate.ts';
import { seededRandom } from './seeded-random.ts';

/** The only place that the proxy leads to. */
const vendor = 'api.anthropic.com:443';

/**
 * What becomes of an agent's traffic to other hosts (plugin marketplace, updates, telemetry): refused at once,
 * refused after about as long as a clone of the marketplace takes, or never answered.
 */
export type HelperTraffic = 'refused' | 'slow' | 'hanging';

/** The payload of a segment on an Ethernet. */
const maxPieceBytes = 1_460;

/** Measured with 2.1.263: the clone of its plugin marketplace at the first prompt. */
const slowMs = 5_000;

export interface StandInOptions extends Omit<ApiOptions, 'wrap'> {
  readonly helpers?: HelperTraffic;
  /** Draws where answers are cut. */
  readonly seed?: number;
}

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
function join(client: Socket, upstream: Socket, cut: Transform): void {
  client.pipe(upstream);
  upstream.pipe(cut).pipe(client);
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.on('error', () => reset(to));
    from.once('close', () => to.destroySoon());
  }
}

/** Passes bytes on in pieces of arbitrary length. */
function cutAnywhere(random: () => number): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; ) {
        const end = at + 1 + Math.floor(random() * Math.min(chunk.length - at, maxPieceBytes));
        this.push(chunk.subarray(at, end));
        at = end;
      }
      done();
    },
  });
}

export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const random = seededRandom(options.seed ?? 1);
  const helpers = options.helpers ?? 'slow';
  const secureContext = createSecureContext({ cert: standInCertificate, key: standInKey });
  const api = await startApi({
    ...options,
    helpersHang: helpers === 'hanging',
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
    let connected = false;
    upstream.once('connect', () => {
      connected = true;
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(rest);
      join(client, upstream, cutAnywhere(random));
    });
    upstream.once('error', () => {
      if (!connected) client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
  };
  const turnAway = (client: Socket) => {
    client.resume();
    const refuse = () => client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    if (helpers === 'refused') refuse();
    if (helpers === 'slow') setTimeout(refuse, slowMs).unref();
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
      if (target !== vendor) return void turnAway(client);
      const proceed = () => forward(client, head.subarray(end + 4));
      if (holding) held.push(proceed);
      else proceed();
    };
    client.on('data', read);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');

  const hold = (on: boolean) => {
    holding = on;
    if (!on) for (const proceed of held.splice(0)) proceed();
  };
  return {
    // A line that is down is the proxy's line: it goes on to take CONNECTs, and answers none.
    api: {
      ...api,
      async silence() {
        hold(true);
        api.dropConnections();
      },
      async reopen() {
        await api.reopen();
        hold(false);
      },
    },
    proxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    connects,
    hold,
    writeAuthority: (path) => writeFileSync(path, authorityCertificate),
    async stop() {
      await api.stop();
      for (const client of clients) client.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
