/** Where lines lead: a server, behind the person's own proxy or not, and what goes wrong there. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Route } from '../../../src/tunnel/upstream.ts';
import type { Chance } from '../chance.ts';
import { randomBytes } from './records.ts';
import type { Answer } from './sockets.ts';

/** What becomes of a request for a line; for the first three, it is made. */
export type Fate =
  | 'direct'
  | 'proxy'
  | 'later' // it cannot be made at first
  | 'refused'
  | 'no route'
  | 'no descriptors'
  | 'no answer'
  | 'proxy denies'
  | 'proxy cannot'
  | 'proxy is silent'
  | 'proxy resets'
  | 'proxy hangs up';

export interface Far {
  readonly fate: Fate;
  readonly authority: string;
  readonly route: Route;
  /** What the proxy answers instead of connecting, byte for byte. */
  readonly refusal: Buffer | null;
  /** Both ends may speak before the line is made; then it carries no TLS. */
  readonly isHasty: boolean;
  /** What the server says before it is asked; it comes with the proxy's answer. */
  readonly greeting: Buffer;
  /** How the system answers attempt `n`, counted from 0. */
  answer(n: number): Answer;
  /** The server's ends of lines, in order. */
  readonly arrived: readonly Socket[];
  /** Requests for a line that have reached the proxy. */
  asked(): number;
  close(): Promise<void>;
}

const isProxied = (fate: Fate): boolean => fate.startsWith('proxy');
export const isMade = (fate: Fate): boolean => fate === 'direct' || fate === 'proxy' || fate === 'later';

export async function openFar(fate: Fate, isHasty: boolean, draw: Chance): Promise<Far> {
  const arrived: Socket[] = [];
  const all = new Set<Socket>();
  let asked = 0;
  const failures = draw.between(1, 4);
  const greeting =
    isHasty && draw.happens(0.3) ? randomBytes(draw.magnitude(1, 40_000), draw) : Buffer.alloc(0);
  const refusal = refusalFor(fate, draw);
  const headLength = draw.magnitude(1, 3_000);
  const piece = draw.magnitude(1, 200);

  const proxied = (socket: Socket) => {
    let head = '';
    socket.on('data', function collect(chunk: Buffer) {
      head += chunk.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      socket.off('data', collect).pause();
      asked += 1;
      if (fate === 'proxy is silent') socket.resume();
      else if (fate === 'proxy resets') socket.resetAndDestroy();
      else if (fate === 'proxy hangs up') socket.end(draw.happens(0.5) ? 'HTTP/1.1 2' : '');
      else if (refusal !== null) socket.end(refusal);
      else {
        const answer = `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(headLength)}\r\n\r\n`;
        for (let at = 0; at < answer.length - piece; at += piece) socket.write(answer.slice(at, at + piece));
        const last = answer.slice(piece * Math.max(0, Math.ceil(answer.length / piece) - 1));
        socket.write(Buffer.concat([Buffer.from(last), greeting]));
        arrived.push(socket);
      }
    });
  };
  const server = await listen((socket) => {
    all.add(socket);
    socket.on('error', () => {}).on('close', () => all.delete(socket));
    if (isProxied(fate)) proxied(socket);
    else {
      if (greeting.length > 0) socket.write(greeting);
      arrived.push(socket);
    }
  });
  const { port } = server.address() as AddressInfo;
  const isOpen = fate !== 'refused';
  if (!isOpen) await shut(server);
  const route = { secure: false, host: '127.0.0.1', port, authorization: null, authorities: null };
  return {
    fate,
    authority: isProxied(fate) ? `api.example:${draw.between(1, 65_535)}` : `127.0.0.1:${port}`,
    route: isProxied(fate) ? route : null,
    refusal,
    isHasty,
    greeting,
    answer(n) {
      if (fate === 'later') return n < failures ? 'ENETUNREACH' : 'ok';
      if (fate === 'no route') return 'ENETUNREACH';
      if (fate === 'no descriptors') return 'EMFILE';
      return fate === 'no answer' ? 'never' : 'ok';
    },
    arrived,
    asked: () => asked,
    async close() {
      for (const socket of all) socket.destroy();
      if (isOpen) await shut(server);
    },
  };
}

function refusalFor(fate: Fate, draw: Chance): Buffer | null {
  if (fate !== 'proxy denies' && fate !== 'proxy cannot') return null;
  const status =
    fate === 'proxy denies'
      ? draw.pick(['407 Who?', '403 No'])
      : draw.pick(['502 Bad', '503 Busy', '504 Late']);
  const body = 'x'.repeat(draw.magnitude(1, 5_000));
  return Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}

async function listen(serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const shut = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve));
