/**
 * Joins a connection of the agent (the near leg) to its far leg, after a CONNECT or a request for another protocol. The
 * tunnel does not interpret these bytes. The agent waits until the far leg is connected. Then bytes flow unchanged in
 * both directions, each with its own end and its own backpressure.
 */
import type { Socket } from 'node:net';
import { causeOfLoss, noConnection } from './causes.ts';
import type { Connection } from './connection.ts';
import type { Dialled, FarLeg } from './dial.ts';
import { answerAndClose, reset } from './sockets.ts';

/** While a connection waits, the near leg is still read, to notice if the agent leaves. A request has at most 32 MB. */
export const maxInboxBytes = 64 * 1024 * 1024;
/** After the agent's FIN, the far side may finish its answer, but must not fall silent for longer than this. */
export const lingerMs = 10_000;

/** So begins the answer that grants an upgrade. */
const granting = 'HTTP/1.1 101 ';

/** @param upgrade head of a request that asks for another protocol; null after a CONNECT */
export async function passOpaque(
  agent: Socket,
  connection: Connection,
  upgrade: Buffer | null,
): Promise<void> {
  const inbox: Buffer[] = [];
  let inboxBytes = 0;
  let far: FarLeg | null = null;
  let refused = false;
  /**
   * The agent's bytes are passed on only once the upgrade is granted. If it is refused, they are further requests, and
   * the connection ends.
   */
  let upgraded: 'asked' | 'granted' | 'refused' = upgrade === null ? 'granted' : 'asked';
  /** The answer to it so far, which may come in any pieces. */
  let answered = '';

  agent.on('data', (chunk) => {
    if (refused) return;
    inbox.push(chunk);
    inboxBytes += chunk.length;
    forward();
    if (inbox.length > 0 && inboxBytes > maxInboxBytes) agent.pause();
  });
  agent.on('end', () => {
    if (refused) return;
    connection.end('agent', 'closed');
    if (!far) {
      agent.destroy();
      return;
    }
    far.stream.end();
    far.stream.setTimeout(lingerMs, () => agent.destroy());
  });
  agent.on('close', () => {
    connection.end('agent', agent.errored ? 'reset' : 'closed');
    if (far && !(agent.readableEnded && far.stream.readableEnded)) reset(far.tcp);
  });
  agent.resume();

  /** Passes on what has been read. */
  function forward(): void {
    if (!far || upgraded === 'asked') return;
    if (upgraded === 'refused' && inbox.length > 0) agent.destroy();
    else for (const bytes of inbox.splice(0)) send(far, bytes);
    inboxBytes = 0;
  }

  /** In both directions, bytes are passed on before they are counted: a report of the count may keep us busy. */
  function send({ stream }: FarLeg, bytes: Buffer): void {
    if (stream.writable && !stream.write(bytes)) agent.pause();
    connection.countUp(bytes);
  }

  /** What grants an upgrade may come in pieces. */
  function takeUpgrade(chunk: Buffer): void {
    answered += chunk.toString('latin1', 0, granting.length);
    if (answered.length < granting.length) return;
    upgraded = answered.startsWith(granting) ? 'granted' : 'refused';
    forward();
  }

  function attach(leg: FarLeg): void {
    far = leg;
    const { stream, inlet } = leg;
    /** @returns true if the chunk is still needed, because not all of it could be written at once */
    const receive = (chunk: Buffer): boolean => {
      if (agent.writable && !agent.write(chunk)) stream.pause();
      connection.countDown(chunk);
      if (upgraded === 'asked') takeUpgrade(chunk);
      return agent.writableLength > 0;
    };
    // Not with `pipe`: a second listener would make each chunk a tenth more expensive.
    if (inlet) inlet.pass = receive;
    else stream.on('data', receive);
    agent.on('drain', () => stream.resume());
    stream.on('drain', () => agent.resume());
    stream.on('end', () => {
      connection.end('peer', 'closed');
      agent.end();
    });
    stream.on('error', (error) => connection.end('peer', causeOfLoss(error)));
    stream.on('close', () => {
      connection.end('peer', 'reset');
      if (!(stream.readableEnded && agent.readableEnded)) reset(agent);
    });
    if (stream.destroyed) reset(agent);
    if (upgrade === null) agent.write('HTTP/1.1 200 Connection established\r\n\r\n');
    else send(leg, upgrade);
    stream.resume();
    agent.resume();
    forward();
  }

  function refuse(failure: Dialled & { ok: false }): void {
    refused = true;
    if (!failure.answer) {
      const { cause, detail } = failure;
      answerAndClose(agent, '502 Bad Gateway', [], noConnection(connection.target.authority, cause, detail));
      return;
    }
    const { stream, tcp } = failure.answer;
    stream.pipe(agent);
    agent.on('close', () => tcp.destroy());
    agent.on('end', () => agent.destroy());
    agent.on('data', () => agent.destroy()); // nobody knows where that answer ends, so nothing can follow it
  }

  const result = await connection.open();
  if (!result) return; // the agent has left
  if (result.ok) attach(result.leg);
  else refuse(result);
}
