/**
 * What the agent asks of the tunnel, read by node's own strict parser: who asks, and for what. A CONNECT or an upgrade
 * leaves a raw socket (opaque.ts); a request in absolute form is made anew (plain-requests.ts).
 *
 * A module of its own because node:http takes its time to load: the tunnel listens before this is there.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Connection } from './connection.ts';
import { forNextHop, headOf, withoutUpgrade } from './next-hop.ts';
import { passOpaque } from './opaque.ts';
import { createPlainRequests, type PlainRequests } from './plain-requests.ts';
import { answerAndClose } from './sockets.ts';
import { type Target, targetOf } from './target.ts';
import type { Upstream } from './upstream.ts';

export interface FrontContext {
  readonly upstream: Upstream;
  /** @param shown the value of Proxy-Authorization */
  isOurs(near: Socket, shown: string | undefined): boolean | Promise<boolean>;
  /** It is ours: from now on it may take its time. */
  onProven(near: Socket): void;
  connectionTo(target: Target, near: Socket): Connection;
}

const options = {
  maxHeaderSize: 256 * 1024,
  insecureHTTPParser: false,
  requireHostHeader: false, // some agents leave it out of a CONNECT
  // An agent may take its time, also while its request is held; who shows no token is sent away by the tunnel.
  headersTimeout: 0,
  requestTimeout: 0,
  keepAliveTimeout: 0,
};

/** @returns takes over a connection to the tunnel's port */
export function createFront(context: FrontContext): (near: Socket) => void {
  const plain = new WeakMap<Duplex, PlainRequests>();

  /** The target, if whoever asks may; else it is answered. */
  async function admit(request: IncomingMessage): Promise<Target | null> {
    const { socket: near, method = '', url = '' } = request;
    if (!(await context.isOurs(near, request.headers['proxy-authorization']))) {
      const challenge = 'Proxy-Authenticate: Basic realm="guarded-claude"';
      answerAndClose(near, '407 Proxy Authentication Required', [challenge], 'No token.');
      return null;
    }
    context.onProven(near);
    const target = targetOf(method, url);
    if (!target) answerAndClose(near, '400 Bad Request', [], 'This is a proxy; it is asked for hosts only.');
    return target;
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { socket: near } = request;
    const connectionTo = (target: Target) => context.connectionTo(target, near);
    const known = plain.get(near) ?? createPlainRequests(near, context.upstream, connectionTo, admit);
    plain.set(near, known);
    known.take(request, response);
  }

  async function onOpaque(request: IncomingMessage, head: Buffer): Promise<void> {
    const { socket: near } = request;
    if (head.length > 0) near.unshift(head);
    const target = await admit(request);
    if (!target || near.destroyed) return;
    plain.get(near)?.leave();
    const connection = context.connectionTo(target, near);
    const ask = target.secure ? null : headOf(request, forNextHop(request, target, context.upstream));
    await passOpaque(near, connection, ask);
  }

  /** It would be opaque from its body on: such a request is asked as if it had not offered to change the protocol. */
  function onUpgradeWithBody(request: IncomingMessage, head: Buffer): void {
    const { socket: near } = request;
    near.unshift(Buffer.concat([headOf(request, withoutUpgrade(request)), head]));
    requests.emit('connection', near);
  }

  const serve = (server: Server): Server => {
    Object.assign(server, { httpAllowHalfOpen: true }); // an agent's FIN is not yet its farewell; node does not document it
    return server
      .on('request', onRequest)
      .on('checkContinue', onRequest)
      .on('connect', (request, _, head) => void onOpaque(request, head));
  };
  /** Takes an offer to change the protocol for none. */
  const requests = serve(createServer(options));
  const server = serve(createServer(options)).on('upgrade', (request, _, head) => {
    if (hasBody(request)) onUpgradeWithBody(request, head);
    else void onOpaque(request, head);
  });
  return (near) => server.emit('connection', near);
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
