/**
 * Plain http requests on one connection of the agent (the near leg), sent on by node's own client over our far leg. The
 * far leg is reused for the next request as long as both sides keep it open, and the two legs close together. So a
 * persistent connection behaves for the agent as it would without a tunnel.
 */
import { Agent, type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { causeOfLoss, noConnection } from './causes.ts';
import type { Connection } from './connection.ts';
import type { FarLeg } from './dial.ts';
import { forNextHop } from './next-hop.ts';
import { lingerMs, maxInboxBytes } from './opaque.ts';
import { answerAndClose, endAndClose, reset } from './sockets.ts';
import type { Target } from './target.ts';
import type { Upstream } from './upstream.ts';

export interface PlainRequests {
  /** Requests must come one after the other, in order. */
  take(incoming: IncomingMessage, response: ServerResponse): void;
  /** The agent asks for something else, so the answer to its last request is complete. */
  leave(): void;
}

type Made = (error: Error | null, stream?: Duplex) => void;

export function createPlainRequests(
  near: Socket,
  upstream: Upstream,
  connectionTo: (target: Target) => Connection,
  admit: (incoming: IncomingMessage) => Promise<Target | null>,
): PlainRequests {
  let connection: Connection | null = null;
  let far: FarLeg | null = null;
  /** Bytes on the far leg that have been counted so far. */
  let counted = 0;
  let busy = false;
  let turn = Promise.resolve();

  const legs = Object.assign(new Agent({ keepAlive: true, maxSockets: 1 }), {
    createConnection: (_: unknown, made: Made) => void open(made),
  });

  async function open(made: Made): Promise<void> {
    const owner = connection;
    const result = await owner?.open();
    if (result?.ok) {
      attach(result.leg, owner as Connection);
      made(null, result.leg.stream);
      return;
    }
    if (result && owner) {
      const why = noConnection(owner.target.authority, result.cause, result.detail);
      answerAndClose(near, '502 Bad Gateway', [], why);
    }
    made(new Error('no far leg'));
  }

  function attach(leg: FarLeg, owner: Connection): void {
    far = leg;
    counted = 0;
    const { stream } = leg;
    stream.on('data', (chunk: Buffer) => owner.countDown(chunk));
    stream.on('end', () => {
      owner.end('peer', 'closed');
      if (!busy) stream.destroy();
    });
    stream.on('error', (error) => owner.end('peer', causeOfLoss(error)));
    stream.on('close', () => {
      owner.end('peer', 'reset');
      if (far === leg && !busy) endAndClose(near);
    });
  }

  function leave(): void {
    connection?.end('agent', 'closed');
    const old = far;
    far = null;
    connection = null;
    old?.tcp.destroy();
  }

  near.on('end', () => {
    if (!connection) return;
    connection.end('agent', 'closed');
    if (far) far.stream.setTimeout(lingerMs, () => near.destroy());
    else near.destroy();
  });
  near.on('close', () => {
    connection?.end('agent', near.errored ? 'reset' : 'closed');
    if (far) reset(far.tcp);
    legs.destroy();
  });

  function count(): void {
    const written = far?.stream.bytesWritten ?? 0;
    if (written > counted) connection?.countUp(written - counted);
    counted = Math.max(counted, written);
  }

  /** Resolves once the answer has been passed on, or never will be. */
  async function exchange(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = near.writableEnded ? null : await admit(incoming);
    if (!target || near.destroyed) {
      incoming.resume();
      return;
    }
    const kept = far?.stream.writable && connection?.target.authority === target.authority;
    if (!kept) {
      leave();
      connection = connectionTo(target);
    }
    busy = true;
    const outgoing = askFor(incoming, target);
    outgoing.on('continue', () => response.writeContinue());
    outgoing.on('response', (answer) => passOn(answer, response));
    await new Promise<void>((resolve) => {
      response.on('close', resolve);
      outgoing.on('error', () => {
        incoming.resume();
        if (far) reset(near);
        resolve();
      });
    });
    busy = false;
    if (far?.stream.readableEnded || far?.stream.destroyed) endAndClose(near);
  }

  function askFor(incoming: IncomingMessage, target: Target): ClientRequest {
    const { host, port } = target;
    const { path, headers } = forNextHop(incoming, target, upstream);
    const outgoing = request({
      agent: legs,
      host,
      port,
      method: incoming.method,
      path,
      headers,
      maxHeaderSize,
    });
    outgoing.on('socket', () => process.nextTick(count)); // the buffered bytes are sent right after this event
    outgoing.on('finish', count);
    outgoing.on('drain', () => incoming.resume());
    incoming.on('data', (chunk: Buffer) => {
      const isTaken = outgoing.write(chunk);
      count();
      // Without a far leg, the near leg is still read, to notice if the agent leaves.
      if (!isTaken && (far || outgoing.writableLength > maxInboxBytes)) incoming.pause();
    });
    incoming.on('end', () => outgoing.end());
    outgoing.flushHeaders();
    return outgoing;
  }

  function passOn(answer: IncomingMessage, response: ServerResponse): void {
    response.sendDate = false;
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
    response.flushHeaders();
    answer.on('error', () => reset(near)); // the agent must not take what it has received for the whole answer
    answer.pipe(response);
  }

  return {
    take(incoming, response) {
      turn = turn
        .then(() => exchange(incoming, response))
        .catch((error) => answerAndClose(near, '400 Bad Request', [], String(error)));
    },
    leave,
  };
}

const maxHeaderSize = 256 * 1024;
