import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import {
  authorityCertificate,
  standInCertificate,
  standInKey,
} from '../../src/drill/api/test-certificate.ts';
import { askFor, closing, farServer, listen, nearLeg, readAll, readUntil, tunnelFor } from './support.ts';

/** What the kernel holds for this socket, read without waiting. */
function takeFrom(socket: Socket | undefined): string {
  const { _handle } = socket as Socket & { readonly _handle: { readonly fd: number } };
  const bytes = Buffer.alloc(100);
  try {
    return bytes.toString('latin1', 0, readSync(_handle.fd, bytes));
  } catch {
    return 'nothing'; // EAGAIN
  }
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('forwarding', () => {
  test('random bytes pass unchanged in both directions, each with its own end', async () => {
    const request = randomBytes(5_000_000);
    const reply = randomBytes(5_000_000);
    let received: Promise<Buffer> | undefined;
    const port = await farServer((socket) => {
      received = readAll(socket);
      void received.then(() => socket.end(reply)); // speaks only after the other side has ended
    });
    const tunnel = await tunnelFor();
    const { socket, status } = await askFor(tunnel, `127.0.0.1:${port}`);
    expect(status).toBe(200);
    socket.end(request);
    expect(digest(await readAll(socket))).toBe(digest(reply));
    expect(digest((await received) ?? Buffer.alloc(0))).toBe(digest(request));
  });

  test.each(['up', 'down'] as const)(
    'bytes on their way %s are passed on before they are reported',
    async (way) => {
      const far: Socket[] = [];
      const port = await farServer((socket) => far.push(socket));
      const tunnel = await tunnelFor();
      const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
      await tunnel.saw('connection.opened'); // from now on, reports do not wait for the owner
      const [from, to] = way === 'up' ? [socket, far[0]] : [far[0], socket];
      const arrived: string[] = [];
      tunnel.onObservation(({ type }) => type === 'connection.bytes' && arrived.push(takeFrom(to)));
      from?.write('at once');
      await tunnel.saw('connection.bytes');
      expect(arrived).toEqual(['at once']);
    },
  );

  test('bytes sent in one packet with the CONNECT are not lost', async () => {
    const port = await farServer((socket) => socket.pipe(socket));
    const tunnel = await tunnelFor();
    const { username, password, port: own } = new URL(tunnel.url);
    const socket = await nearLeg(tunnel);
    expect(own).not.toBe('');
    const credentials = Buffer.from(`${username}:${password}`).toString('base64');
    socket.write(
      `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nProxy-Authorization: Basic ${credentials}\r\n\r\nearly`,
    );
    await readUntil(socket, '\r\n\r\n');
    expect(await readUntil(socket, 'early')).toBe('early');
  });

  test('small pieces for an agent that has stopped reading arrive unchanged when it goes on', async () => {
    const sent = createHash('sha256');
    let bytes = 0;
    const port = await farServer(async (socket) => {
      // Until all buffers on the way are full: some of these pieces wait inside the tunnel.
      for (let took = true; took; await setImmediate()) {
        const piece = randomBytes(1_000);
        sent.update(piece);
        bytes += piece.length;
        took = socket.write(piece);
      }
      socket.end();
    });
    const tunnel = await tunnelFor();
    const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
    socket.pause();
    await stableCount(() => bytes);
    expect(digest(await readAll(socket))).toBe(sent.digest('hex'));
  });

  test('a far side that stops reading slows the agent down', async () => {
    const far: Socket[] = [];
    const port = await farServer((socket) => far.push(socket.pause()));
    const tunnel = await tunnelFor();
    const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
    const chunk = Buffer.alloc(64 * 1024);
    let sent = 0;
    const pour = () => {
      while (sent < 200_000_000 && socket.write(chunk)) sent += chunk.length;
    };
    socket.on('drain', pour);
    pour();
    const before = await stableCount(() => sent);
    expect(before).toBeLessThan(60_000_000);
    far[0]?.resume();
    expect(await stableCount(() => sent, before)).toBeGreaterThan(before);
  });

  test('an agent that stops reading slows the far side down', async () => {
    let sent = 0;
    const port = await farServer((socket) => {
      const chunk = Buffer.alloc(64 * 1024);
      const pour = () => {
        while (sent < 200_000_000 && socket.write(chunk)) sent += chunk.length;
      };
      socket.on('drain', pour);
      pour();
    });
    const tunnel = await tunnelFor();
    const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
    socket.pause();
    const before = await stableCount(() => sent);
    expect(before).toBeLessThan(60_000_000); // kernel buffers of two loopback connections at most
    socket.resume();
    await once(socket, 'data');
    expect(await stableCount(() => sent, before)).toBeGreaterThan(before);
  });

  test('TLS is end to end', async () => {
    const server = createTlsServer({ cert: standInCertificate, key: standInKey }, (socket) => {
      socket.on('error', () => {});
      socket.pipe(socket);
    });
    const port = await listen(server);
    const tunnel = await tunnelFor();
    const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
    const secure = connectTls({ socket, ca: authorityCertificate, servername: 'api.anthropic.com' });
    await once(secure, 'secureConnect');
    expect(secure.authorized).toBe(true);
    secure.write('through');
    const [echo] = await once(secure, 'data');
    expect(String(echo)).toBe('through');
    secure.destroy();
  });
});

describe('who may use it', () => {
  test.each([
    ['no token', ''],
    [
      'a wrong token',
      `Proxy-Authorization: Basic ${Buffer.from(`guard:${'0'.repeat(48)}`).toString('base64')}\r\n`,
    ],
    ['a shorter token', 'Proxy-Authorization: Basic AAAA\r\n'],
  ])('%s gets 407 and no connection', async (_, header) => {
    let reached = 0;
    const port = await farServer(() => {
      reached += 1;
    });
    const tunnel = await tunnelFor();
    const socket = await nearLeg(tunnel);
    socket.end(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n${header}\r\n`);
    const answer = String(await readAll(socket));
    expect(answer).toMatch(/^HTTP\/1\.1 407 .*\r\nProxy-Authenticate: Basic/);
    expect(reached).toBe(0);
    expect(tunnel.seen).toEqual([]);
  });

  test.each(['GET / HTTP/1.1\r\n\r\n', 'nonsense\r\n\r\n', '\x16\x03\x01\r\n\r\n'])(
    '%j is refused',
    async (text) => {
      const socket = await nearLeg(await tunnelFor());
      socket.end(text, 'latin1');
      expect(String(await readAll(socket))).toMatch(/^HTTP\/1\.1 40[07] /);
    },
  );

  test('two tunnels do not share a token', async () => {
    const one = new URL((await tunnelFor()).url);
    const other = new URL((await tunnelFor()).url);
    expect(one.password).not.toBe(other.password);
    expect(one.hostname).toBe('127.0.0.1');
  });
});

describe('cutting', () => {
  test('resets both legs at once, and only the chosen connection', async () => {
    const far: Socket[] = [];
    const port = await farServer((socket) => {
      far.push(socket);
      socket.write('half an answ');
    });
    const tunnel = await tunnelFor();
    const first = await askFor(tunnel, `127.0.0.1:${port}`);
    const second = await askFor(tunnel, `127.0.0.1:${port}`);
    await readUntil(first.socket, 'answ');
    const ids = tunnel.connections().map(({ id }) => id);
    const near = closing(first.socket);
    const away = closing(far[0] as Socket);
    expect(tunnel.cut(ids.slice(0, 1))).toBe(1);
    expect([await near, await away]).toEqual(['RST', 'RST']);
    expect(await tunnel.saw('connection.closed')).toMatchObject({ id: ids[0], by: 'guard', cause: 'cut' });
    expect(tunnel.connections().map(({ id }) => id)).toEqual(ids.slice(1));
    expect(second.socket.destroyed).toBe(false);
    expect(tunnel.cut('all')).toBe(1);
    expect(await closing(second.socket)).toBe('RST');
    expect(tunnel.cut('all')).toBe(0);
  });

  test('stop leaves no socket behind', async () => {
    const far: Socket[] = [];
    const port = await farServer((socket) => far.push(socket));
    const tunnel = await tunnelFor();
    const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
    const near = closing(socket);
    const away = closing(far[0] as Socket);
    await tunnel.stop();
    expect([await near, await away]).toEqual(['RST', 'RST']);
    expect(tunnel.connections()).toEqual([]);
  });
});

describe('ends', () => {
  test('a peer that resets: the agent is reset too', async () => {
    const port = await farServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const tunnel = await tunnelFor();
    const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
    socket.write('x');
    expect(await closing(socket)).toBe('RST');
    expect(await tunnel.saw('connection.closed')).toMatchObject({ by: 'peer', cause: 'reset' });
  });

  test('a peer that closes: the agent gets a FIN', async () => {
    const port = await farServer((socket) => socket.once('data', () => socket.end('bye')));
    const tunnel = await tunnelFor();
    const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
    socket.write('x');
    expect(String(await readAll(socket))).toBe('bye');
    expect(await tunnel.saw('connection.closed')).toMatchObject({ by: 'peer', cause: 'closed' });
  });

  test('an agent that resets: the peer is reset too', async () => {
    const far: Socket[] = [];
    const port = await farServer((socket) => far.push(socket));
    const tunnel = await tunnelFor();
    const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
    socket.resetAndDestroy();
    expect(await closing(far[0] as Socket)).toBe('RST');
    expect(await tunnel.saw('connection.closed')).toMatchObject({ by: 'agent', cause: 'reset' });
  });
});

test('bytes are reported at once, then at most twice a second, and none is lost', async () => {
  const port = await farServer((socket) => {
    let left = 60;
    const timer = setInterval(() => {
      socket.write('0123456789');
      left -= 1;
      if (left > 0) return;
      clearInterval(timer);
      socket.end();
    }, 20);
  });
  const tunnel = await tunnelFor();
  const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
  socket.write(Buffer.alloc(1_000));
  await readAll(socket);
  await tunnel.saw('connection.closed');
  const reports = tunnel.seen.filter((each) => each.type === 'connection.bytes');
  expect(reports.reduce((sum, each) => sum + each.up, 0)).toBe(1_000);
  expect(reports.reduce((sum, each) => sum + each.down, 0)).toBe(600);
  expect(reports.length).toBeLessThanOrEqual(6);
});

/** A counter's value once it has stood still; more than `above`, if given. */
async function stableCount(read: () => number, above = -1): Promise<number> {
  for (let last = -1; ; ) {
    const now = read();
    if (now === last && now > above) return now;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
