/**
 * One connection that the agent made to the tunnel (the near leg) and the far leg that belongs to it.
 *
 * The agent asks for a target, is kept waiting until the far leg stands, and then bytes flow both ways untouched,
 * each direction with its own end and its own backpressure. After a CONNECT that is all. Plain http requests in
 * absolute form get a new head; the far leg is kept from one request to the next as long as both sides keep it, and
 * closes with it, so that the agent's own handling of kept connections sees what it would see without a tunnel.
 */
import type { Socket } from 'node:net';
import { causeOfLoss, inWords } from './causes.ts';
import type { Connection } from './connection.ts';
import type { Dialled, FarLeg } from './dial.ts';
import { createFramer, type Piece } from './framer.ts';
import { forwardedHead, type RequestHead, type Target, targetOf } from './head.ts';
import { answerAndClose, reset } from './sockets.ts';
import type { Upstream } from './upstream.ts';

export interface SessionContext {
  readonly upstream: Upstream;
  isOurs(head: RequestHead): boolean;
  connectionTo(target: Target): Connection;
}

/** While a connection waits, the near leg is still read, to notice that the agent leaves. Requests end at 32 MB. */
const maxInboxBytes = 64 * 1024 * 1024;
/** After the agent's FIN the far side may finish what it says, but not be silent for longer than this. */
const lingerMs = 10_000;

export function serveAgent(agent: Socket, context: SessionContext): void {
  const frame = createFramer();
  const inbox: Piece[] = [];
  let inboxBytes = 0;
  let connection: Connection | null = null;
  let far: FarLeg | null = null;
  let answered = false;

  agent.on('data', (chunk) => {
    if (answered) return;
    inbox.push(...frame(chunk));
    inboxBytes += chunk.length;
    forward();
    if (inbox.length && inboxBytes > maxInboxBytes) agent.pause();
  });
  agent.on('end', () => {
    if (answered) return;
    connection?.end('agent', 'closed');
    if (!far) {
      agent.destroy();
      return;
    }
    far.stream.end();
    far.stream.setTimeout(lingerMs, () => agent.destroy());
  });
  let broken = false;
  agent.on('error', () => {
    broken = true;
  });
  agent.on('close', () => {
    connection?.end('agent', broken ? 'reset' : 'closed');
    if (far && !(agent.readableEnded && far.stream.readableEnded)) reset(far.tcp);
  });

  /** Hands on what has been read, up to a request that needs a new far leg. */
  function forward(): void {
    while (!answered && (far || !connection)) {
      const piece = inbox.shift();
      if (!piece) {
        inboxBytes = 0;
        return;
      }
      if (piece.kind === 'head') acceptHead(piece.head);
      else if (piece.kind === 'bytes') send(piece.bytes);
      else answer('400 Bad Request', [], 'This is a proxy; it did not understand the request.');
    }
  }

  function send(bytes: Buffer): void {
    if (!far || !connection) return;
    connection.countUp(bytes);
    if (far.stream.writable && !far.stream.write(bytes)) agent.pause();
  }

  function acceptHead(head: RequestHead): void {
    if (!context.isOurs(head)) {
      answer(
        '407 Proxy Authentication Required',
        ['Proxy-Authenticate: Basic realm="guarded-claude"'],
        'No token.',
      );
      return;
    }
    const target = targetOf(head);
    if (!target) {
      answer('400 Bad Request', [], 'This is a proxy; it is asked for hosts only.');
      return;
    }
    const kept = far?.stream.writable && !target.secure && connection?.target.authority === target.authority;
    if (kept) send(forwardedHead(head, hopTo(target)));
    else void openFor(head, target);
  }

  function hopTo(target: Target): Parameters<typeof forwardedHead>[1] {
    return context.upstream.routeFor(target) ?? 'server';
  }

  async function openFor(head: RequestHead, target: Target): Promise<void> {
    leaveFarLeg();
    const wanted = context.connectionTo(target);
    connection = wanted;
    const result = await wanted.open();
    if (!result) return; // the agent has left
    if (!result.ok) {
      refuse(target, result);
      return;
    }
    attach(result.leg, wanted);
    if (target.secure) agent.write('HTTP/1.1 200 Connection established\r\n\r\n');
    else send(forwardedHead(head, hopTo(target)));
    result.leg.stream.pipe(agent);
    agent.resume();
    forward();
  }

  function attach(leg: FarLeg, owner: Connection): void {
    far = leg;
    const { stream } = leg;
    stream.on('data', (chunk: Buffer) => owner.countDown(chunk));
    stream.on('drain', () => agent.resume());
    stream.on('end', () => owner.end('peer', 'closed'));
    stream.on('error', (error) => owner.end('peer', causeOfLoss(error)));
    stream.on('close', () => {
      owner.end('peer', 'reset');
      if (far === leg && !(stream.readableEnded && agent.readableEnded)) reset(agent);
    });
    if (stream.destroyed) reset(agent);
  }

  /** The agent asks for another host on a kept connection: the answer to its last request is complete. */
  function leaveFarLeg(): void {
    connection?.end('agent', 'closed');
    const old = far;
    far = null;
    old?.stream.unpipe(agent);
    old?.tcp.destroy();
  }

  function refuse(target: Target, failure: Dialled & { ok: false }): void {
    if (!failure.answer) {
      const why = `guarded-claude: no connection to ${target.authority}: ${inWords(failure.cause)} (${failure.detail}).`;
      answer('502 Bad Gateway', [], why);
      return;
    }
    answered = true;
    const { stream, tcp } = failure.answer;
    stream.pipe(agent);
    agent.on('close', () => tcp.destroy());
    agent.on('end', () => agent.destroy());
    agent.on('data', () => agent.destroy()); // the end of that answer is unknown, so nothing can follow it
  }

  function answer(status: string, headers: readonly string[], body: string): void {
    answered = true;
    answerAndClose(agent, status, headers, body);
  }
}
