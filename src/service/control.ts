/**
 * Where sessions ask: a Unix socket, one JSON document each way and then the end. Only this user reaches it (the folder is
 * closed), so whoever asks may have an address.
 */
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Session } from './sessions.ts';

export type Question =
  | { readonly type: 'address'; readonly pid: number; readonly user: Session['user'] }
  | { readonly type: 'status' };

/** Nobody says more. */
const maxLength = 64 * 1024;
const maxMs = 5_000;

/** @param answer where it rejects, nothing is answered */
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

/** @throws where nobody answers there in time */
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
