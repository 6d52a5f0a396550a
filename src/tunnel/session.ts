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
import { forwardedHead, headerOf, type RequestHead, type Target, targetOf } from './head.ts';
import { answerAndClose, reset } from './sockets.ts';
import type { Upstream } from './upstream.ts';

export interface SessionContext {
  readonly upstream: Upstream;
  isOurs(head: RequestHead): boolean | Promise<boolean>;
  /** It is ours: from now on it may take its time. */
  onProven(): void;
  connectionTo(target: Target): Connection;
}

/** While a connection waits, the near leg is still read, to notice that the agent leaves. Requests end at 32 MB. */
const maxInboxBytes = 64 * 1024 * 1024;
/** Whoever has said nothing sensible by then is no agent. */
const proofMs = 10_000;
/** After the agent's FIN the far side may finish what it says, but not be silent for longer than this. */
const lingerMs = 10_000;

export function serveAgent(agent: Socket, context: SessionContext): void {
  const frame = createFramer();
  const inbox: Piece[] = [];
  let inboxBytes = 0;
  let connection: Connection | null = null;
  let far: FarLeg | null = null;
  let answered = false;
  /** Whether the request shows the token is being looked up. */
  let checking = false;
  let endedMeanwhile = false;
  /** What is opaque goes to whom it is meant for, or nowhere: a refused upgrade leaves requests in it. */
  let opaque: 'refused' | 'asked' | 'granted' = 'refused';
  const proof = setTimeout(() => agent.destroy(), proofMs);

  agent.on('data', (chunk) => {
    if (answered) return;
    inbox.push(...frame(chunk));
    inboxBytes += chunk.length;
    forward();
    if (inbox.length && inboxBytes > maxInboxBytes) agent.pause();
  });
  agent.on('end', () => {
    if (checking) endedMeanwhile = true;
    else ended();
  });
  function ended(): void {
    if (answered) return;
    connection?.end('agent', 'closed');
    if (!far) {
      agent.destroy();
      return;
    }
    far.stream.end();
    far.stream.setTimeout(lingerMs, () => agent.destroy());
  }
  let broken = false;
  agent.on('error', () => {
    broken = true;
  });
  agent.on('close', () => {
    clearTimeout(proof);
    connection?.end('agent', broken ? 'reset' : 'closed');
    if (far && !(agent.readableEnded && far.stream.readableEnded)) reset(far.tcp);
  });

  /** Hands on what has been read, up to a request that needs a new far leg, or an answer that is waited for. */
  function forward(): void {
    while (!answered && !checking && (far || !connection)) {
      const [piece] = inbox;
      if (!piece) {
        inboxBytes = 0;
        return;
      }
      if (piece.kind === 'opaque' && opaque === 'asked') return;
      inbox.shift();
      if (piece.kind === 'head') check(piece.head);
      else if (piece.kind === 'bytes' || (piece.kind === 'opaque' && opaque === 'granted')) send(piece.bytes);
      else if (piece.kind === 'opaque') agent.destroy();
      else answer('400 Bad Request', [], 'This is a proxy; it did not understand the request.');
    }
  }

  function send(bytes: Buffer): void {
    if (!far || !connection) return;
    connection.countUp(bytes);
    if (far.stream.writable && !far.stream.write(bytes)) agent.pause();
  }

  function check(head: RequestHead): void {
    const ours = context.isOurs(head);
    if (typeof ours === 'boolean') {
      acceptHead(head, ours);
      return;
    }
    checking = true;
    void ours.then((isOurs) => {
      checking = false;
      if (agent.destroyed) return;
      acceptHead(head, isOurs);
      if (endedMeanwhile) ended();
      forward();
    });
  }

  function acceptHead(head: RequestHead, isOurs: boolean): void {
    if (!isOurs) {
      answer(
        '407 Proxy Authentication Required',
        ['Proxy-Authenticate: Basic realm="guarded-claude"'],
        'No token.',
      );
      return;
    }
    clearTimeout(proof);
    context.onProven();
    const target = targetOf(head);
    if (!target) {
      answer('400 Bad Request', [], 'This is a proxy; it is asked for hosts only.');
      return;
    }
    if (headerOf(head, 'upgrade') !== null) opaque = 'asked';
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
    if (target.secure) {
      opaque = 'granted';
      agent.write('HTTP/1.1 200 Connection established\r\n\r\n');
    } else send(forwardedHead(head, hopTo(target)));
    result.leg.stream.pipe(agent);
    agent.resume();
    forward();
  }

  function attach(leg: FarLeg, owner: Connection): void {
    far = leg;
    const { stream } = leg;
    stream.on('data', (chunk: Buffer) => {
      owner.countDown(chunk);
      if (opaque !== 'asked') return;
      opaque = /^HTTP\/1\.1 101 /.test(chunk.toString('latin1', 0, 13)) ? 'granted' : 'refused';
      forward();
    });
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
