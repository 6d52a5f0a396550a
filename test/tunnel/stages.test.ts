/** What is reported of a connection's progress, with real TLS and in plain text. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  authorityCertificate,
  standInCertificate,
  standInKey,
} from '../../src/drill/api/test-certificate.ts';
import type { Observation } from '../../src/events.ts';
import { createStages } from '../../src/tunnel/stages.ts';
import {
  askFor,
  authorizationOf,
  farServer,
  listen,
  nearLeg,
  tunnelFor,
  type WatchedTunnel,
} from './support.ts';

type Bytes = Extract<Observation, { type: 'connection.bytes' }>;

const request = Buffer.alloc(50_000, 'x');
/** Longer than a round trip, and than the guard waits for tickets on a busy machine. */
const thinkingMs = 700;

interface Played {
  readonly tunnel: WatchedTunnel;
  readonly near: TLSSocket;
  bytes(): readonly Bytes[];
}

/** A client that sends a request as soon as its handshake is done, as agents do. */
async function ask(
  version: 'TLSv1.2' | 'TLSv1.3',
  serve: (socket: TLSSocket) => void,
  first = request,
  ticketsLateMs = 0,
): Promise<Played> {
  const server = createTlsServer(
    { cert: standInCertificate, key: standInKey, minVersion: version, maxVersion: version },
    (socket) => {
      socket.on('error', () => {});
      serve(socket);
    },
  );
  const port = await listen(server);
  const tunnel = await tunnelFor();
  const target = ticketsLateMs === 0 ? port : await behindSlowLine(port, ticketsLateMs);
  const { socket } = await askFor(tunnel, `127.0.0.1:${target}`);
  const near = connectTls({ socket, ca: authorityCertificate, servername: 'api.anthropic.com' });
  near.on('error', () => {});
  await once(near, 'secureConnect');
  near.write(first);
  near.resume();
  return {
    tunnel,
    near,
    bytes: () => tunnel.seen.filter((each): each is Bytes => each.type === 'connection.bytes'),
  };
}

/** Delays what the server sends after the client's last handshake message. */
function behindSlowLine(port: number, lateMs: number): Promise<number> {
  return farServer((socket) => {
    const server = connect(port, '127.0.0.1');
    let words = 0;
    socket.on('data', (chunk: Buffer) => {
      words += 1;
      server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      if (words < 2) socket.write(chunk);
      else setTimeout(() => socket.write(chunk), lateMs);
    });
    server.on('error', () => {});
    onTestFinished(() => {
      server.destroy();
    });
  });
}

/** Calls back once the whole request has arrived. */
function whole(socket: TLSSocket, bytes: number, then: () => void): void {
  let come = 0;
  socket.on('data', (chunk: Buffer) => {
    come += chunk.length;
    if (come >= bytes) then();
  });
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', (version) => {
  test('handshake and session tickets are not an answer', async () => {
    const { tunnel, near, bytes } = await ask(version, (socket) =>
      whole(socket, request.length, () => setTimeout(() => socket.write('answer'), thinkingMs)),
    );
    const answered = await tunnel.saw('connection.bytes', ({ stage }) => stage === 'answer');
    const before = bytes().filter(({ stage }) => stage !== 'answer');
    expect(before.reduce((sum, each) => sum + each.down, 0)).toBeGreaterThan(500);
    expect(before.at(-1)).toMatchObject({ stage: 'request' });
    expect(before.every(({ answerAt }) => answerAt === undefined)).toBe(true);
    expect((answered.answerAt ?? 0) - (answered.requestAt ?? 0)).toBeGreaterThan(thinkingMs - 50);
    near.destroy();
  });

  test('an answer that comes at once counts as one', async () => {
    const { tunnel, near } = await ask(version, (socket) =>
      whole(socket, request.length, () => {
        socket.write('HTTP/1.1 200 OK\r\n');
        socket.write('event: message_start, and so on');
      }),
    );
    await tunnel.saw('connection.bytes', ({ stage }) => stage === 'answer');
    near.destroy();
  });

  test('a second request on the same connection waits for an answer of its own', async () => {
    let served = 0;
    const { tunnel, near } = await ask(version, (socket) =>
      socket.on('data', () => {
        served += 1;
        if (served === 1) setTimeout(() => socket.write('answer'), thinkingMs);
      }),
    );
    const first = await tunnel.saw('connection.bytes', ({ stage }) => stage === 'answer');
    near.write(request);
    const second = await tunnel.saw(
      'connection.bytes',
      ({ requestAt = 0 }) => requestAt > (first.answerAt ?? 0),
    );
    expect(second).toMatchObject({ stage: 'request' });
    expect(second.answerAt).toBeUndefined();
    near.destroy();
  });

  test('bytes too few for a request do not count as one', async () => {
    const { tunnel, near, bytes } = await ask(
      version,
      (socket) => whole(socket, 300, () => setTimeout(() => socket.write('pong'), thinkingMs)),
      Buffer.alloc(300),
    );
    await sleep(2 * thinkingMs);
    expect(bytes().at(-1)).toMatchObject({ stage: 'ready' });
    expect(tunnel.seen.some((each) => each.type === 'connection.bytes' && each.requestAt)).toBe(false);
    near.destroy();
  });

  test('a lone small burst is a ping if the answer goes on after it; a delta is not', async () => {
    const play = async (piece: string, next: string) => {
      const { tunnel, near, bytes } = await ask(version, (socket) =>
        whole(socket, request.length, () =>
          setTimeout(() => {
            socket.write('event: message_start');
            setTimeout(() => socket.write(piece), 1_300);
            setTimeout(() => socket.end(next), 1_800);
          }, thinkingMs),
        ),
      );
      await once(near, 'end');
      near.destroy();
      await tunnel.saw('connection.closed');
      return bytes().some(({ pinged }) => pinged);
    };
    const ping = '25\r\nevent: ping\ndata: {"type": "ping"}\n\n\r\n';
    const data = 'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" a"}}';
    const delta = `event: content_block_delta\n${data}\n\n`;
    const end = '0\r\n\r\n';
    expect(await Promise.all([play(ping, delta), play(delta, delta), play(end, '')])).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('the goodbye on an idle connection is not a byte of the answer, and not a ping', async () => {
    const { tunnel, near, bytes } = await ask(version, (socket) =>
      whole(socket, request.length, () =>
        setTimeout(() => {
          socket.write('an answer');
          setTimeout(() => socket.end(), 1_300);
        }, thinkingMs),
      ),
    );
    await once(near, 'end');
    near.destroy();
    await tunnel.saw('connection.closed');
    const { answerAt = 0, lastDownAt } = await tunnel.saw(
      'connection.bytes',
      ({ stage }) => stage === 'answer',
    );
    expect(lastDownAt).toBe(answerAt);
    expect(bytes().at(-1)).toMatchObject({ stage: 'answer', lastDownAt });
    expect(bytes().some(({ pinged }) => pinged)).toBe(false);
  });

  test('a connection that is closed instead of an answer has not been answered', async () => {
    const { tunnel, near, bytes } = await ask(version, (socket) =>
      whole(socket, request.length, () => setTimeout(() => socket.end(), thinkingMs)),
    );
    await once(near, 'end');
    near.destroy();
    await tunnel.saw('connection.closed');
    expect(bytes().at(-1)).toMatchObject({ stage: 'request' });
  });
});

test('session tickets that come late from a machine under load are not an answer, either', async () => {
  const serve = (socket: TLSSocket) =>
    whole(socket, request.length, () => setTimeout(() => socket.write('answer'), thinkingMs));
  const { tunnel, near, bytes } = await ask('TLSv1.3', serve, request, 600);
  await tunnel.saw('connection.bytes', ({ stage }) => stage === 'answer');
  const before = bytes().filter(({ stage }) => stage !== 'answer');
  const late = before.filter(
    ({ requestAt, lastDownAt = 0 }) => requestAt !== undefined && lastDownAt > requestAt,
  );
  expect(late.at(-1)?.stage).toBe('request');
  near.destroy();
});

test('a plain request and its answer are distinguished, too', async () => {
  const server = createServer((_, outgoing) => void setTimeout(() => outgoing.end('answer'), thinkingMs));
  const port = await listen(server);
  const tunnel = await tunnelFor();
  const socket = await nearLeg(tunnel);
  const head = `POST http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${request.length}\r\n`;
  socket.write(`${head}Proxy-Authorization: ${authorizationOf(tunnel.url)}\r\n\r\n`);
  socket.write(request);
  socket.resume();
  await tunnel.saw('connection.bytes', ({ stage }) => stage === 'request');
  const { requestAt = 0, answerAt = 0 } = await tunnel.saw(
    'connection.bytes',
    ({ stage }) => stage === 'answer',
  );
  expect(answerAt - requestAt).toBeGreaterThan(thinkingMs - 50);
});

test('times are those of the bytes, however late the report', async () => {
  const pieces = 12;
  const { tunnel, near } = await ask('TLSv1.3', (socket) =>
    whole(socket, request.length, () => {
      let left = pieces;
      const timer = setInterval(() => {
        socket.write('x'.repeat(200));
        left -= 1;
        if (left === 0) clearInterval(timer);
      }, 150);
    }),
  );
  const reportedAt = new Map<Bytes, number>();
  tunnel.onObservation((each) => {
    if (each.type === 'connection.bytes') reportedAt.set(each, performance.now());
  });
  const came: number[] = [];
  near.on('data', () => came.push(performance.now()));
  while (came.length < pieces) await once(near, 'data');
  near.destroy();
  await tunnel.saw('connection.closed');
  const lags = [...reportedAt].map(([{ lastDownAt = 0 }, at]) => at - lastDownAt);
  expect(Math.max(...lags)).toBeGreaterThan(10); // pieces come each 150 ms, reports each 500 ms
  for (const [{ lastDownAt }] of reportedAt) {
    const nearest = Math.min(...came.map((at) => Math.abs(at - (lastDownAt ?? 0))));
    expect(nearest).toBeLessThan(100);
  }
});

describe('a record that looks like a ticket', () => {
  /** A TLS record of that type and length. */
  const record = (type: number, length: number) =>
    Buffer.concat([Buffer.from([type, 3, 3, length >> 8, length & 255]), Buffer.alloc(length)]);
  const [hello, data] = [22, 23];

  function requested() {
    const stages = createStages(true);
    stages.up(record(hello, 600), 0);
    stages.down(record(data, 100), 10);
    stages.up(record(data, 60), 11);
    stages.up(record(data, 9_000), 12);
    stages.down(record(data, 200), 20);
    return stages;
  }

  test('was the short answer to a request if another follows it', () => {
    const stages = requested();
    expect(stages).toMatchObject({ stage: 'request', requestAt: 12, requestSize: 9_000, answerAt: null });
    stages.up(record(data, 16_000), 900);
    stages.up(record(data, 16_000), 901);
    expect(stages).toMatchObject({ stage: 'request', requestAt: 900, requestSize: 32_000, answerAt: null });
  });

  test('is one if it comes in the middle of a request', () => {
    const stages = requested();
    stages.up(record(data, 16_000), 30);
    expect(stages).toMatchObject({ stage: 'request', requestAt: 12, requestSize: 25_000 });
  });
});

describe('records that the network has torn', () => {
  const record = (type: number, length: number) =>
    Buffer.concat([Buffer.from([type, 3, 3, length >> 8, length & 255]), Buffer.alloc(length)]);
  function answering() {
    const stages = createStages(true);
    stages.up(record(22, 600), 0);
    stages.up(record(23, 9_000), 10);
    stages.down(record(23, 3_000), 20);
    return stages;
  }
  const pieces = (bytes: Buffer, at: number) => [bytes.subarray(0, at), bytes.subarray(at)];

  test.each([3, 40])('a delta after a pause is no ping, torn after %i bytes', (at) => {
    const stages = answering();
    for (const piece of pieces(record(23, 500), at)) stages.down(piece, 5_000);
    stages.down(record(23, 900), 5_001);
    expect(stages.pings).toBe(0);
  });

  test.each([3, 40])('a ping is one, torn after %i bytes', (at) => {
    const stages = answering();
    for (const piece of pieces(record(23, 60), at)) stages.down(piece, 5_000);
    expect(stages.pings).toBe(0);
    stages.down(record(23, 900), 9_000);
    expect(stages.pings).toBe(1);
  });

  test.each([3, 14])('a goodbye is one, torn after %i bytes', (at) => {
    const stages = answering();
    for (const piece of pieces(record(23, 19), at)) expect(stages.down(piece, 5_000)).toBe(false);
    expect(stages.down(record(23, 900), 9_000)).toBe(true);
  });

  test('a goodbye of TLS 1.2 is one before anything was asked', () => {
    const stages = createStages(true);
    stages.up(record(22, 600), 0);
    expect(stages.down(record(22, 3_000), 10)).toBe(true);
    expect(stages.down(record(21, 26), 5_000)).toBe(false);
  });
});

describe('where an answer begins, on a persistent connection', () => {
  const answered = () => {
    const stages = createStages(false);
    stages.up(request, 1_000);
    stages.down(Buffer.alloc(900), 1_200);
    return stages;
  };

  test('a small later request has an answer of its own, not a stream that has lasted since', () => {
    const stages = answered();
    stages.up(Buffer.alloc(1_900), 9_000);
    expect(stages.answerAt).toBeNull();
    stages.down(Buffer.alloc(600), 9_400);
    stages.down(Buffer.alloc(600), 9_410);
    expect(stages).toMatchObject({ stage: 'answer', requestAt: 1_000, answerAt: 9_400 });
  });

  test('acknowledging an answer while it comes does not begin another', () => {
    const stages = answered();
    stages.up(Buffer.alloc(13), 1_210);
    stages.down(Buffer.alloc(900), 4_000);
    stages.up(Buffer.alloc(13), 4_010);
    stages.down(Buffer.alloc(900), 7_000);
    expect(stages).toMatchObject({ stage: 'answer', requestAt: 1_000, answerAt: 1_200 });
  });
});
