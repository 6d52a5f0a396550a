/**
 * One end of a line, the client's or the server's: a real socket, what was sent on it, and what has arrived. What
 * arrives is compared at once with what the other end has sent.
 */
import type { Socket } from 'node:net';
import type { Chance } from '../chance.ts';
import type { Ledger } from './ledger.ts';

/** What one end has sent, before it went anywhere. */
export interface Sent {
  readonly pieces: Buffer[];
  bytes: number;
}

export const nothingSent = (): Sent => ({ pieces: [], bytes: 0 });

/** How the other end has closed: with all that it had to say, or broken off. */
export type Closing = 'end' | 'reset';

export interface End {
  readonly socket: Socket;
  readonly sent: Sent;
  /** Bytes that have arrived and are what was sent. */
  readonly got: number;
  readonly closing: Closing | null;
  readonly isClosed: boolean;
  /** Sends the bytes, split as the seed has it. */
  send(bytes: Buffer): void;
  /** Reads nothing more until `resume`. */
  stall(): void;
  resume(): void;
  end(): void;
  reset(): void;
}

export function createEnd(
  name: string,
  socket: Socket,
  sent: Sent,
  incoming: Sent,
  ledger: Ledger,
  draw: Chance,
): End {
  let got = 0;
  let closing: Closing | null = null;
  let isClosed = false;
  /** Place in what is expected: piece, and offset in it. */
  let piece = 0;
  let offset = 0;

  function receive(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const expected = incoming.pieces[piece];
      if (expected === undefined) {
        ledger.broke(
          'bytes arrive as they were sent',
          `${name} got ${chunk.length - at} bytes that nobody sent`,
        );
        return;
      }
      const length = Math.min(expected.length - offset, chunk.length - at);
      if (chunk.compare(expected, offset, offset + length, at, at + length) !== 0)
        ledger.broke('bytes arrive as they were sent', `${name} got others, near byte ${got}`);
      at += length;
      got += length;
      offset += length;
      if (offset < expected.length) continue;
      piece += 1;
      offset = 0;
    }
  }

  socket.on('data', receive);
  socket.on('end', () => {
    closing ??= 'end';
  });
  socket.on('error', () => {
    closing = 'reset';
  });
  socket.on('close', () => {
    isClosed = true;
    closing ??= 'reset';
  });
  return {
    socket,
    sent,
    get got() {
      return got;
    },
    get closing() {
      return closing;
    },
    get isClosed() {
      return isClosed;
    },
    send(bytes) {
      sent.pieces.push(bytes);
      sent.bytes += bytes.length;
      const most = draw.magnitude(1, 2 * bytes.length + 1);
      // A few hundred pieces show all that many more would show.
      const least = Math.ceil(bytes.length / 300);
      for (let at = 0; at < bytes.length; ) {
        const length = Math.max(least, draw.between(1, most));
        socket.write(bytes.subarray(at, at + length));
        at += length;
      }
    },
    stall: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => void socket.end(),
    reset: () =>
      void (socket.writableEnded && !socket.writableFinished ? socket.destroy() : socket.resetAndDestroy()),
  };
}
