/**
 * Reads the agent's requests to the tunnel with node's own strict parser: who asks, and for what. A CONNECT or an
 * upgrade leaves a raw socket (`opaque.ts`). A request in absolute form is sent on by our own client
 * (`plain-requests.ts`).
 *
 * This is a module of its own because node:http is slow to load. The tunnel listens before this module is loaded.
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
  /** The agent has shown the token, so its connection no longer has a time limit. */
  onProven(near: Socket): void;
  connectionTo(target: Target, near: Socket): Connection;
}

const options = {
  maxHeaderSize: 256 * 1024,
  insecureHTTPParser: false,
  requireHostHeader: false, // some agents leave it out of a CONNECT
  // No timeouts: an agent may be slow, and its request may be held. The tunnel closes connections that show no token.
  headersTimeout: 0,
  requestTimeout: 0,
  keepAliveTimeout: 0,
};

/** @returns a function that takes over a connection to the tunnel's port */
export function createFront(context: FrontContext): (near: Socket) => void {
  const plain = new WeakMap<Duplex, PlainRequests>();

  /** @returns the target; null if the request was refused and the refusal sent */
  async function admit(request: IncomingMessage): Promise<Target | null> {
    const { socket: near, method = '', url = '' } = request;
    if (!(await context.isOurs(near, request.headers['proxy-authorization']))) {
      const challenge = 'Proxy-Authenticate: Basic realm="guarded-claude"';
      answerAndClose(
        near,
        '407 Proxy Authentication Required',
        [challenge],
        'The token is missing or wrong.',
      );
      return null;
    }
    context.onProven(near);
    const target = targetOf(method, url);
    if (!target)
      answerAndClose(near, '400 Bad Request', [], 'This is a proxy: send CONNECT, or an absolute http URL.');
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

  /**
   * An upgrade makes everything after the head opaque, including a body. So a request with a body is passed on without
   * its offer to upgrade.
   */
  function onUpgradeWithBody(request: IncomingMessage, head: Buffer): void {
    const { socket: near } = request;
    near.unshift(Buffer.concat([headOf(request, withoutUpgrade(request)), head]));
    requests.emit('connection', near);
  }

  const serve = (server: Server): Server => {
    Object.assign(server, { httpAllowHalfOpen: true }); // undocumented in node; an agent that has sent FIN still reads
    return server
      .on('request', onRequest)
      .on('checkContinue', onRequest)
      .on('connect', (request, _, head) => void onOpaque(request, head));
  };
  /** Without a listener for `upgrade`, node ignores an offer to upgrade. */
  const requests = serve(createServer(options));
  const server = serve(createServer(options)).on('upgrade', (request, _, head) => {
    if (hasBody(request)) onUpgradeWithBody(request, head);
    else void onOpaque(request, head);
  });
  return (near) => server.emit('connection', near);
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
