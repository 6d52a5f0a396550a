/**
 * The Unix socket on which sessions ask for an address: one JSON document each way per connection. The folder is closed
 * to other users, so whoever asks gets an answer.
 */
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Session } from './sessions.ts';

export type Question =
  | { readonly type: 'address'; readonly pid: number; readonly user: Session['user'] }
  | { readonly type: 'status' };

/** No request or answer is longer. */
const maxLength = 64 * 1024;
const maxMs = 5_000;

/** @param answer if it rejects, the connection is closed without an answer */
export function createControl(answer: (question: Question) => Promise<unknown>): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    socket.setTimeout(maxMs, () => socket.destroy());
    socket.on('error', () => {}); // whoever asked has gone
    let asked = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      asked += chunk;
      if (asked.length > maxLength) socket.destroy();
    });
    socket.on('end', async () => {
      try {
        socket.end(JSON.stringify(await answer(JSON.parse(asked) as Question)));
      } catch {
        socket.destroy();
      }
    });
  });
}

/** @throws if nobody answers in time */
export async function ask(path: string, question: Question, timeoutMs: number): Promise<unknown> {
  const socket = connect({ path });
  const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), timeoutMs);
  try {
    await once(socket, 'connect');
    socket.end(JSON.stringify(question));
    return JSON.parse(await text(socket));
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
