/** Real sockets for the tunnel's tests: an agent's leg, a far server, observations to wait for. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { startTunnel, type Tunnel, type TunnelOptions } from '../../src/tunnel/proxy.ts';
import { readUpstream, type Upstream } from '../../src/tunnel/upstream.ts';

export function upstreamFrom(env: Record<string, string>): Upstream {
  const reading = readUpstream(env);
  if (reading.kind !== 'ok') throw new Error(reading.why);
  return reading.upstream;
}

export interface WatchedTunnel extends Tunnel {
  readonly seen: readonly Observation[];
  /** The first observation, past or future, of this type that passes the test. */
  saw<T extends Observation['type']>(
    type: T,
    test?: (observation: Extract<Observation, { type: T }>) => boolean,
  ): Promise<Extract<Observation, { type: T }>>;
}

/** @param options.api the host whose connections the tunnel holds */
export async function tunnelFor(options: Partial<TunnelOptions> = {}): Promise<WatchedTunnel> {
  const tunnel = await startTunnel({
    upstream: upstreamFrom({}),
    api: 'api.anthropic.com:443',
    maxRetries: 3,
    backoff: { initialMs: 20, maxMs: 100 },
    ...options,
  });
  const seen: Observation[] = [];
  const checks = new Set<() => void>();
  tunnel.onObservation((observation) => {
    seen.push(observation);
    for (const check of [...checks]) check();
  });
  onTestFinished(() => tunnel.stop());
  return {
    ...tunnel,
    seen,
    saw: (type, test = () => true) =>
      new Promise((resolve) => {
        const check = () => {
          for (const each of seen) {
            if (each.type !== type || !test(each as Extract<Observation, { type: typeof type }>)) continue;
            checks.delete(check);
            resolve(each as Extract<Observation, { type: typeof type }>);
            return;
          }
        };
        checks.add(check);
        check();
      }),
  };
}

export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A far server; half-open like the tunnel, so that a test sees each FIN. */
export async function farServer(serve: (socket: Socket) => void, port = 0): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    onTestFinished(() => {
      socket.destroy();
    });
    serve(socket);
  });
  return listen(server, port);
}

/** A loopback port on which nobody listens. */
export async function deafPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export const authorizationOf = (url: string): string => {
  const { username, password } = new URL(url);
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
};

/** A near leg without a request yet. */
export async function nearLeg(tunnel: Pick<Tunnel, 'url'>): Promise<Socket> {
  const socket = connect({ port: Number(new URL(tunnel.url).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

/** Reads up to and including `end`. */
export function readUntil(socket: Socket, end: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onClose = () => reject(new Error(`closed after: ${text}`));
    socket.on('close', onClose);
    socket.on('data', function collect(chunk: Buffer) {
      text += chunk.toString('latin1');
      const at = text.indexOf(end);
      if (at < 0) return;
      socket.pause().off('data', collect).off('close', onClose);
      const rest = text.slice(at + end.length);
      if (rest) socket.unshift(Buffer.from(rest, 'latin1'));
      resolve(text.slice(0, at + end.length));
    });
    socket.resume();
  });
}

/** Everything up to the FIN. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  if (!socket.readableEnded) await once(socket, 'end');
  return Buffer.concat(chunks);
}

export interface Asked {
  readonly socket: Socket;
  readonly status: number;
  /** The head of the answer. */
  readonly head: string;
}

/** CONNECT with the right token; resolves at the answer, which may take as long as the tunnel holds. */
export async function askFor(tunnel: Pick<Tunnel, 'url'>, authority: string): Promise<Asked> {
  const socket = await nearLeg(tunnel);
  const answer = readUntil(socket, '\r\n\r\n');
  socket.write(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nProxy-Authorization: ${authorizationOf(tunnel.url)}\r\n\r\n`,
  );
  const head = await answer;
  return { socket, head, status: Number(head.split(' ')[1]) };
}

/** How a socket closes: `RST` or `FIN`. */
export function closing(socket: Socket): Promise<'RST' | 'FIN'> {
  return new Promise((resolve) => {
    socket.once('error', () => resolve('RST'));
    socket.once('end', () => resolve('FIN'));
    socket.once('close', () => resolve('FIN'));
    socket.resume();
  });
}
