/**
 * A stand-in for `api.anthropic.com`: the simulated API behind TLS, and a small CONNECT proxy that leads there.
 *
 * An agent (or a guard's tunnel) whose HTTPS_PROXY names the proxy believes that it talks to the vendor: its base URL
 * is unchanged, TLS (1.3, with session tickets) is end to end between agent and stand-in, and nothing leaves the
 * machine. What comes down is split at arbitrary byte positions, as in a real network.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { reset } from '../tunnel/sockets.ts';
import { type Api, type ApiOptions, startApi } from './api/api.ts';
import { authorityCertificate, standInCertificate, standInKey } from './api/test-certificate.ts';
import { cutAnywhere, join, newGate, throughGate } from './line.ts';
import { seededRandom } from './seeded-random.ts';

/** The only place to which the proxy leads. */
const vendor = 'api.anthropic.com:443';

/**
 * What happens to an agent's traffic to other hosts (plugin marketplace, updates, telemetry): refused at once, refused
 * after about the time that a clone of the marketplace takes, never answered, or answered with a 502 by a proxy that
 * cannot reach them.
 */
export type HelperTraffic = 'refused' | 'slow' | 'hanging' | 'broken';

/** Measured with 2.1.263 for the clone of its plugin marketplace at the first prompt. */
const slowMs = 5_000;

export interface StandInOptions extends Omit<ApiOptions, 'wrap'> {
  readonly helpers?: HelperTraffic;
  /** Seed of the positions at which answers are split. */
  readonly seed?: number;
}

export interface StandIn {
  readonly api: Api;
  /** For HTTPS_PROXY. */
  readonly proxyUrl: string;
  /** `host:port` of each CONNECT, in order. */
  readonly connects: readonly string[];
  /** While on, CONNECT requests get no answer, as behind a proxy that has lost its line. */
  hold(on: boolean): void;
  /** While on, no bytes pass, not even on open connections, and nobody is told. */
  blackHole(on: boolean): void;
  /** The proxy itself is gone: new connections are refused, open ones are reset. */
  goAway(): Promise<void>;
  /** The proxy is back on the same port. */
  comeBack(): Promise<void>;
  /** Writes the authority's certificate to a file, for NODE_EXTRA_CA_CERTS. */
  writeAuthority(path: string): void;
  stop(): Promise<void>;
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
  const newConnections = newGate();
  const bytes = newGate();

  const forward = (client: Socket, rest: Buffer) => {
    const upstream = connect(api.port, '127.0.0.1');
    let connected = false;
    upstream.once('connect', () => {
      connected = true;
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(rest);
      join(client, upstream, throughGate(bytes), cutAnywhere(random, bytes));
    });
    upstream.once('error', () => {
      if (!connected) client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
  };
  const turnAway = (client: Socket) => {
    client.resume();
    const refuse = () => client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    if (helpers === 'refused') refuse();
    if (helpers === 'broken') client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
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
      newConnections.pass(() => forward(client, head.subarray(end + 4)));
    };
    client.on('data', read);
  });
  const listen = async (port: number) => {
    proxy.listen(port, '127.0.0.1');
    await once(proxy, 'listening');
    return (proxy.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const goAway = async () => {
    const closed = once(proxy, 'close');
    proxy.close();
    for (const client of clients) reset(client);
    await closed;
  };
  const hold = (on: boolean) => newConnections.set(on);
  return {
    // The line that is down is the proxy's: the proxy still accepts CONNECT requests, but answers none.
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
    proxyUrl: `http://127.0.0.1:${port}`,
    connects,
    hold,
    blackHole(on) {
      hold(on);
      bytes.set(on);
    },
    goAway,
    async comeBack() {
      await listen(port);
    },
    writeAuthority: (path) => writeFileSync(path, authorityCertificate),
    async stop() {
      await api.stop();
      if (proxy.listening) await goAway();
    },
  };
}
