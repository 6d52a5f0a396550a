/** One attempt to reach a target, directly or through the upstream proxy. */
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import type { ConnectionCause } from '../events.ts';
import { isNearby } from './addresses.ts';
import { addressesOf, causeOfConnectError, codesOf } from './causes.ts';
import { createInlet, type Inlet } from './inlet.ts';
import type { Target } from './target.ts';
import type { Route, UpstreamProxy } from './upstream.ts';

/** The far leg of a connection, ready to carry bytes. */
export interface FarLeg {
  readonly stream: Socket;
  /** The TCP socket; differs from `stream` only if the proxy is reached over TLS. */
  readonly tcp: Socket;
  /** Where the bytes that come down arrive; null: in `stream`. */
  readonly inlet: Inlet | null;
}

export type Dialled =
  | { readonly ok: true; readonly leg: FarLeg }
  | {
      readonly ok: false;
      readonly cause: ConnectionCause;
      /** Error code or status, for the person. */
      readonly detail: string;
      /** The upstream proxy, or a host on this machine or its own network, could not be reached or hung up. */
      readonly nearby: boolean;
      /** What the upstream proxy answered instead of connecting. It must be passed on as it is, then destroyed. */
      readonly answer?: FarLeg;
    };

export interface DialOptions {
  readonly lookup: LookupFunction;
  /** Timeout for the TCP connection, including the name lookup. */
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** Idle time before keepalive probes. Linux then finds a dead path in about 11 s (measured). */
const keepAliveMs = 1_000;
/** Node's default for each address is 250 ms, which is less than a round trip on a slow line. */
const addressTimeoutMs = 1_000;
/** Before a proxy answers, it may use up its own connect timeout. */
const proxyAnswerTimeoutMs = 60_000;
const maxAnswerHeadBytes = 64 * 1024;

class DialError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Tries once. Never rejects. An aborted attempt counts as a timeout. */
export async function dial(target: Target, route: Route, options: DialOptions): Promise<Dialled> {
  let leg: FarLeg | null = null;
  let nearby = route !== null;
  try {
    const inlet = route === null && target.secure ? createInlet() : null;
    const tcp = await openTcp(route?.host ?? target.host, route?.port ?? target.port, inlet, options);
    nearby ||= isNearby(tcp.remoteAddress);
    leg = route?.secure ? await startTls(tcp, route, options) : { stream: tcp, tcp, inlet };
    return route && target.secure ? await askProxy(leg, target, route, options) : { ok: true, leg };
  } catch (error) {
    leg?.tcp.destroy();
    const failure = error instanceof Error ? error : new Error(String(error));
    nearby ||= addressesOf(failure).some(isNearby);
    return { ok: false, cause: causeOfConnectError(failure), detail: codesOf(failure).join(', '), nearby };
  }
}

function openTcp(host: string, port: number, inlet: Inlet | null, options: DialOptions): Promise<Socket> {
  const socket = connect({
    host,
    port,
    lookup: options.lookup,
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: addressTimeoutMs,
    ...(inlet && { onread: inlet.onread }),
  });
  if (inlet) socket.pause();
  socket.on('error', () => {}); // while the socket changes hands nobody else listens; the next owner checks `destroyed`
  return settle(socket, options.connectTimeoutMs, options.signal, (done) => {
    socket.once('connect', () => done(socket));
  });
}

async function startTls(tcp: Socket, route: UpstreamProxy, options: DialOptions): Promise<FarLeg> {
  const { connect: connectTls } = await import('node:tls');
  const { authoritiesWith } = await import('./authorities.ts');
  const servername = isIP(route.host) ? '' : route.host;
  const stream = connectTls({
    socket: tcp,
    servername,
    host: route.host,
    ALPNProtocols: ['http/1.1'],
    ca: await authoritiesWith(route.authorities),
  });
  stream.on('error', () => {});
  return settle(stream, options.connectTimeoutMs, options.signal, (done) => {
    stream.once('secureConnect', () => done({ stream, tcp, inlet: null }));
  });
}

/** Asks a proxy for the target and reads the head of its answer. */
async function askProxy(
  leg: FarLeg,
  target: Target,
  route: UpstreamProxy,
  options: DialOptions,
): Promise<Dialled> {
  const lines = [`CONNECT ${target.authority} HTTP/1.1`, `Host: ${target.authority}`];
  if (route.authorization) lines.push(`Proxy-Authorization: ${route.authorization}`);
  leg.stream.write(`${lines.join('\r\n')}\r\n\r\n`);

  const received = await settle<Buffer>(leg.stream, proxyAnswerTimeoutMs, options.signal, (done) => {
    let soFar = Buffer.alloc(0);
    leg.stream.on('data', function collect(chunk: Buffer) {
      soFar = Buffer.concat([soFar, chunk]);
      if (!soFar.includes('\r\n\r\n') && soFar.length <= maxAnswerHeadBytes) return;
      leg.stream.pause().off('data', collect);
      done(soFar);
    });
  });
  const headEnd = received.indexOf('\r\n\r\n') + 4;
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(received.toString('latin1', 0, 16))?.[1]);
  if (status >= 200 && status < 300 && headEnd > 3) {
    if (headEnd < received.length) leg.stream.unshift(received.subarray(headEnd));
    return { ok: true, leg };
  }
  leg.stream.unshift(received);
  const cause = status >= 400 && status < 500 ? 'proxy-denied' : 'refused';
  return {
    ok: false,
    cause,
    detail: `the proxy answered ${status || 'no HTTP'}`,
    nearby: false,
    answer: leg,
  };
}

/**
 * Resolves with what `start` passes to `done`. On an error, an early end, the timeout or the signal, destroys the
 * socket and rejects.
 */
function settle<T>(
  socket: Socket,
  timeoutMs: number,
  signal: AbortSignal,
  start: (done: (value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      release();
      socket.destroy();
      reject(error);
    };
    const ended = () => fail(new DialError('ECONNRESET'));
    const aborted = () => fail(new DialError('ETIMEDOUT'));
    const timer = setTimeout(() => fail(new DialError('ETIMEDOUT')), timeoutMs);
    const release = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      socket.off('error', fail).off('end', ended).off('close', ended);
    };
    socket.once('error', fail).once('end', ended).once('close', ended);
    signal.addEventListener('abort', aborted);
    start((value) => {
      release();
      resolve(value);
    });
    if (signal.aborted) aborted();
  });
}
