/** The line between an agent and the stand-in: it can be shut, and it splits the bytes that come down. */
import type { Socket } from 'node:net';
import { Transform } from 'node:stream';
import { reset } from '../tunnel/sockets.ts';

/** The payload of a TCP segment on Ethernet. */
const maxPieceBytes = 1_460;

/** Joins two sockets for good. A reset of one resets the other. */
export function join(client: Socket, upstream: Socket, up: Transform, down: Transform): void {
  client.pipe(up).pipe(upstream);
  upstream.pipe(down).pipe(client);
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.on('error', () => reset(to));
    from.once('close', () => to.destroySoon());
  }
}

/** Holds callbacks while it is shut, and runs them in order when it opens. */
export interface Gate {
  set(shut: boolean): void;
  /** Proceeds now, or once the gate is open. */
  pass(proceed: () => void): void;
}

export function newGate(): Gate {
  const waiting: (() => void)[] = [];
  let shut = false;
  return {
    set(next) {
      shut = next;
      if (!shut) for (const proceed of waiting.splice(0)) proceed();
    },
    pass(proceed) {
      if (shut) waiting.push(proceed);
      else proceed();
    },
  };
}

export const throughGate = (line: Gate): Transform =>
  new Transform({ transform: (chunk: Buffer, _encoding, done) => line.pass(() => done(null, chunk)) });

/** Passes bytes on in pieces of arbitrary length. */
export function cutAnywhere(random: () => number, line: Gate): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      line.pass(() => {
        for (let at = 0; at < chunk.length; ) {
          const end = at + 1 + Math.floor(random() * Math.min(chunk.length - at, maxPieceBytes));
          this.push(chunk.subarray(at, end));
          at = end;
        }
        done();
      });
    },
  });
}
