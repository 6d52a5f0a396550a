/**
 * The tunnel: a proxy on loopback that the agent is started with. It forwards bytes without reading them (TLS stays end
 * to end), but sees when they flow. It lets the agent wait while the line is down, and cuts dead connections, so that
 * the agent's own retry takes over. It answers nobody without the token of this run.
 *
 * `front.ts` reads what the agent asks. `opaque.ts` and `plain-requests.ts` join its leg to a far leg, which `hold.ts`
 * and `dial.ts` make. `connection.ts` reports.
 *
 * Observations carry one id per far leg. A far leg for plain http serves several requests if the agent and the server
 * keep it open, as a far leg under TLS does, so silence means the same on both.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type LookupFunction, type Server, type Socket } from 'node:net';
import type { BackoffOptions } from '../decide/backoff.ts';
import type { Observation } from '../events.ts';
import { isLost, readAddresses } from './addresses.ts';
import { type ApiHosts, createApiHosts } from './api-hosts.ts';
import { type Connection, type ConnectionFacts, createConnection } from './connection.ts';
import type { FrontContext } from './front.ts';
import { createAlarm, type HoldOptions } from './hold.ts';
import { createPace } from './pace.ts';
import { createOwners, hasInEnvironment } from './peer.ts';
import { createResolver } from './resolve.ts';
import { reset } from './sockets.ts';
import type { Target } from './target.ts';
import { watchUnacknowledged } from './unacknowledged.ts';
import type { Upstream } from './upstream.ts';

export interface TunnelOptions {
  readonly upstream: Upstream;
  /**
   * `host:port` of the API; null: not known before a host answers a conversation. Only connections to the API are held;
   * for any other host, the tunnel is a plain proxy.
   */
  readonly api: string | null;
  /** Attempts before the agent is told that the connection was refused or reset; 0 counts as 1. */
  readonly maxRetries: number;
  readonly backoff: BackoffOptions;
  /** Timeout of one attempt. */
  readonly connectTimeoutMs?: number;
  /** Name lookup, as in `node:dns`. */
  readonly lookup?: LookupFunction;
  /**
   * Takes over the address of another process's tunnel, whose listening socket was inherited as this file descriptor.
   * Null: somebody else listens there, and passes connections on to `take`.
   */
  readonly takeOver?: { readonly fd: number | null; readonly url: string };
}

export interface Tunnel {
  /** Proxy URL for the agent, with the token in its userinfo. A secret of this run: it is never stored or shown. */
  readonly url: string;
  /**
   * Proxy URL for a file: without the token if the system shows which process connects (Linux). Such a process must
   * have the token in its environment.
   */
  readonly storableUrl: string;
  /** Knows which connections are the agent's own. */
  agentStarted(pid: number): void;
  /** The listening socket, for a process that inherits it. */
  readonly fd: number;
  /** Serves a connection that somebody else has accepted, with the bytes that were read put back. */
  take(agent: Socket): void;
  readonly api: Pick<ApiHosts, 'has' | 'found'>;
  /** Connections that wait or are open. */
  connections(): readonly ConnectionFacts[];
  /** Resets both legs of open connections, and returns how many. Waiting connections go on waiting. */
  cut(which: readonly number[] | 'all'): number;
  /** Restarts all attempts at once, and drops connections from an address that this machine has lost. */
  networkChanged(): void;
  /** Several may listen. @returns a function that removes the listener */
  onObservation(listener: (observation: Observation) => void): () => void;
  /** Resets everything and closes the port. */
  stop(): Promise<void>;
}

const defaultConnectTimeoutMs = 10_000;
/** An agent shows its token with its first bytes. Others must not use up our file descriptors. */
const maxUnproven = 64;
/** A client that has not sent a valid request by then is no agent. */
const proofMs = 10_000;

/** Said once; the agent is told each time. */
const exhausted = 'no file descriptor is left, so the agent’s connections fail';

/** Listens on a free loopback port. Rejects if that fails. Later failures are observations. */
export async function startTunnel(options: TunnelOptions): Promise<Tunnel> {
  const listeners = new Set<(observation: Observation) => void>();
  const report = (observation: Observation) => {
    if (observation.type === 'connection.bytes' && observation.up > 0) unacknowledged.sent();
    for (const listener of [...listeners]) listener(observation);
    if (observation.type !== 'connection.failed' || observation.cause !== 'no-descriptor') return;
    if (!isExhausted) report({ type: 'sensor.failed', sensor: 'tunnel', detail: exhausted });
    isExhausted = true;
  };
  let isExhausted = false;
  const hold: HoldOptions = {
    api: createApiHosts(options.api),
    upstream: options.upstream,
    reached: new Set(),
    resolver: createResolver(options.lookup),
    pace: createPace(),
    alarm: createAlarm(),
    maxRetries: options.maxRetries,
    backoff: options.backoff,
    connectTimeoutMs: options.connectTimeoutMs ?? defaultConnectTimeoutMs,
  };

  const connections = new Map<number, Connection>();
  let lastId = 0;
  const owners = createOwners();
  function connectionTo(target: Target, near: Socket): Connection {
    lastId += 1;
    const id = lastId;
    const onEnded = () => connections.delete(id);
    const connection = createConnection(id, target, hold, owners.ownerOf(near), report, onEnded);
    connections.set(id, connection);
    return connection;
  }
  const openConnections = () => [...connections.values()].filter(({ facts }) => facts().state === 'open');

  const unacknowledged = watchUnacknowledged(openConnections, (connection) => connection.drop('dead'));

  const { takeOver } = options;
  const token = takeOver ? new URL(takeOver.url).password : randomBytes(24).toString('hex');
  const credentials = Buffer.from(`Basic ${Buffer.from(`guard:${token}`).toString('base64')}`);
  const agents = new Set<Socket>();
  /** Connections that have not shown the token yet. */
  const unproven = new Set<Socket>();
  const context: FrontContext = {
    upstream: options.upstream,
    connectionTo,
    onProven: (agent) => unproven.delete(agent),
    isOurs(agent, shown) {
      if (shown === undefined) return hasInEnvironment(agent, token);
      const bytes = Buffer.from(shown);
      return bytes.length === credentials.length && timingSafeEqual(bytes, credentials);
    },
  };
  let front: Promise<(agent: Socket) => void> | null = null;
  const loadFront = () => {
    front ??= import('./front.ts').then(
      ({ createFront }) => createFront(context),
      (error) => {
        front = null; // the next connection tries again
        throw error;
      },
    );
    return front;
  };
  function take(agent: Socket): void {
    if (unproven.size >= maxUnproven) {
      agent.destroy();
      return;
    }
    const proof = setTimeout(() => unproven.has(agent) && agent.destroy(), proofMs);
    unproven.add(agent);
    agents.add(agent);
    agent.on('error', () => {}); // `close` reports its end
    agent.on('close', () => {
      clearTimeout(proof);
      agents.delete(agent);
      unproven.delete(agent);
    });
    loadFront().then(
      (serve) => {
        serve(agent);
        agent.resume(); // whoever accepted the connection and read from it has paused it
      },
      (error) => {
        report({ type: 'sensor.failed', sensor: 'tunnel', detail: String(error) });
        agent.destroy();
      },
    );
  }
  /** Drops the connections from addresses that this machine no longer has. */
  async function dropLost(): Promise<void> {
    const ours = readAddresses()?.map(({ address }) => address);
    const used = new Set(openConnections().map((connection) => connection.localAddress()));
    for (const address of used) {
      if (!address || !ours || ours.includes(address) || !(await isLost(address))) continue;
      for (const connection of openConnections())
        if (connection.localAddress() === address) connection.drop('dead');
    }
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, take);
  if (takeOver) void loadFront().catch(() => {});
  const port =
    takeOver?.fd === null ? Number(new URL(takeOver.url).port) : await listenOn(server, takeOver?.fd);
  server.on('error', (error) => report({ type: 'sensor.failed', sensor: 'tunnel', detail: error.message }));

  const url = `http://guard:${token}@127.0.0.1:${port}`;
  return {
    url,
    storableUrl: process.platform === 'linux' ? `http://127.0.0.1:${port}` : url,
    agentStarted(pid) {
      owners.agentStarted(pid);
      void loadFront().catch(() => {});
    },
    fd: descriptorOf(server),
    take,
    api: hold.api,
    connections: () => [...connections.values()].map((connection) => connection.facts()),
    cut(which) {
      const chosen = openConnections().filter(({ facts }) => which === 'all' || which.includes(facts().id));
      for (const connection of chosen) connection.drop('cut');
      return chosen.length;
    },
    networkChanged() {
      hold.resolver.networkChanged();
      hold.alarm.ring('network-changed');
      void dropLost();
    },
    onObservation(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      unacknowledged.stop();
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const agent of agents) reset(agent);
      });
    },
  };
}

/** @returns the port: a free one on loopback, or the inherited socket's */
function listenOn(server: Server, fd: number | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(fd === undefined ? { host: '127.0.0.1', port: 0 } : { fd }, () => {
      const address = server.address();
      server.off('error', reject);
      if (address && typeof address === 'object') resolve(address.port);
      else reject(new Error('the tunnel has no port'));
    });
  });
}

/** The file descriptor of a listening socket. Node has no public API for it. */
export function descriptorOf(server: Server): number {
  const { _handle } = server as Server & { readonly _handle?: { readonly fd?: number } };
  return _handle?.fd ?? -1;
}
