import { createServer, type LookupFunction, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { isNearby } from '../../src/tunnel/addresses.ts';
import { until } from '../support/until.ts';
import {
  askFor,
  authorizationOf,
  closing,
  deafPort,
  farServer,
  listen,
  nearLeg,
  readAll,
  readUntil,
  tunnelFor,
  upstreamFrom,
  type WatchedTunnel,
} from './support.ts';

/** With this backoff, no second try comes by itself. */
const never = { initialMs: 3_600_000, maxMs: 3_600_000 };

/** A resolver that can fail: every name is 127.0.0.1 while `answer` is null. */
function resolver(): {
  lookup: LookupFunction;
  fail(code: string | null, host?: string): void;
  asked: string[];
} {
  let failure: { code: string; host: string | undefined } | null = null;
  const asked: string[] = [];
  return {
    asked,
    fail(code, host) {
      failure = code === null ? null : { code, host };
    },
    lookup(host, options, done) {
      asked.push(host);
      const broken = failure && (failure.host === undefined || failure.host === host) ? failure : null;
      setImmediate(() => {
        if (broken) done(Object.assign(new Error(broken.code), { code: broken.code }), [], undefined);
        else if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
        else done(null, '127.0.0.1', 4);
      });
    },
  };
}

describe('refused', () => {
  test('is tried max_retries times, then reported honestly', async () => {
    const port = await deafPort();
    const tunnel = await tunnelFor({ api: `127.0.0.1:${port}`, maxRetries: 3 });
    const { status, socket, head } = await askFor(tunnel, `127.0.0.1:${port}`);
    expect(status).toBe(502);
    expect(head).toMatch(/connection: close/i);
    expect(String(await readAll(socket))).toContain(
      `127.0.0.1:${port}: the connection was refused (ECONNREFUSED)`,
    );
    expect(tunnel.seen.filter(({ type }) => type === 'connection.waiting')).toMatchObject([
      { attempt: 1, of: 3, cause: 'refused' },
      { attempt: 2, of: 3, cause: 'refused' },
    ]);
    expect(tunnel.seen.at(-1)).toMatchObject({ type: 'connection.failed', cause: 'refused' });
    expect(tunnel.connections()).toEqual([]);
  });

  test('a server that comes back in time is reached, and the agent notices nothing', async () => {
    const port = await deafPort();
    const tunnel = await tunnelFor({ api: `127.0.0.1:${port}`, maxRetries: 50 });
    const asked = askFor(tunnel, `127.0.0.1:${port}`);
    await tunnel.saw('connection.waiting');
    await farServer((socket) => socket.end('hello'), port);
    const { status, socket } = await asked;
    expect(status).toBe(200);
    expect(String(await readAll(socket))).toBe('hello');
    expect(await tunnel.saw('connection.opened')).toMatchObject({ host: `127.0.0.1:${port}` });
  });

  test('with max_retries 0, it is reported at once', async () => {
    const api = `127.0.0.1:${await deafPort()}`;
    const tunnel = await tunnelFor({ api, maxRetries: 0, backoff: { initialMs: 60_000, maxMs: 60_000 } });
    expect((await askFor(tunnel, api)).status).toBe(502);
  });
});

describe('the line is down', () => {
  test.each(['ENOTFOUND', 'EAI_AGAIN'])('%s: held beyond max_retries, until it is back', async (code) => {
    const port = await farServer((socket) => socket.end('hello'));
    const names = resolver();
    names.fail(code);
    const tunnel = await tunnelFor({ api: `api.test:${port}`, maxRetries: 1, lookup: names.lookup });
    const asked = askFor(tunnel, `api.test:${port}`);
    expect(await tunnel.saw('connection.waiting', ({ attempt }) => attempt === 4)).toMatchObject({
      cause: 'dns',
      of: null,
    });
    expect(tunnel.connections()).toMatchObject([{ state: 'waiting', host: `api.test:${port}` }]);
    names.fail(null);
    expect((await asked).status).toBe(200);
  });

  test('a network change ends the pause at once', async () => {
    const port = await farServer((socket) => socket.end('hello'));
    const names = resolver();
    names.fail('EAI_AGAIN');
    const tunnel = await tunnelFor({
      api: `api.test:${port}`,
      lookup: names.lookup,
      backoff: never,
    });
    const asked = askFor(tunnel, `api.test:${port}`);
    await tunnel.saw('connection.waiting');
    names.fail(null);
    tunnel.networkChanged();
    expect((await asked).status).toBe(200);
  });

  test('an attempt that hangs on the old network is restarted', async () => {
    const port = await farServer((socket) => socket.end('hello'));
    let calls = 0;
    const names = resolver();
    const hangsOnce: LookupFunction = (...args) => {
      calls += 1;
      if (calls > 1) names.lookup(...args);
    };
    const tunnel = await tunnelFor({
      api: `api.test:${port}`,
      lookup: hangsOnce,
      connectTimeoutMs: 3_600_000,
    });
    const asked = askFor(tunnel, `api.test:${port}`);
    await until('it asks for the address', () => calls === 1);
    tunnel.networkChanged();
    expect((await asked).status).toBe(200);
  });

  test('a lookup without an answer counts as a connect timeout, and one lookup serves all connections', async () => {
    let calls = 0;
    const tunnel = await tunnelFor({
      api: 'api.test:443',
      connectTimeoutMs: 50,
      lookup: () => {
        calls += 1;
      },
    });
    void askFor(tunnel, 'api.test:443').catch(() => {});
    void askFor(tunnel, 'api.test:443').catch(() => {});
    await tunnel.saw('connection.waiting', ({ attempt, id }) => attempt === 2 && id === 2);
    expect(await tunnel.saw('connection.waiting')).toMatchObject({ cause: 'connect-timeout', of: null });
    expect(calls).toBe(1);
  });

  test('when one connection gets through, the others try at once', async () => {
    const port = await farServer(() => {});
    const names = resolver();
    names.fail('EAI_AGAIN');
    const tunnel = await tunnelFor({
      api: `one.test:${port}`,
      lookup: names.lookup,
      backoff: never,
    });
    const first = askFor(tunnel, `one.test:${port}`);
    await tunnel.saw('connection.waiting');
    names.fail(null);
    expect((await askFor(tunnel, `two.test:${port}`)).status).toBe(200);
    expect((await first).status).toBe(200);
  });

  test('an unknown name is reported, not held, if other names are known', async () => {
    const port = await farServer((socket) => socket.end());
    const names = resolver();
    names.fail('ENOTFOUND', 'typo.test');
    const tunnel = await tunnelFor({ api: `typo.test:${port}`, maxRetries: 2, lookup: names.lookup });
    expect((await askFor(tunnel, `real.test:${port}`)).status).toBe(200);
    const { status, socket } = await askFor(tunnel, `typo.test:${port}`);
    expect(status).toBe(502);
    expect(String(await readAll(socket))).toContain('could not be resolved');
  });

  test('a name that was known before is held, even if others are known', async () => {
    const port = await farServer((socket) => socket.end());
    const names = resolver();
    const tunnel = await tunnelFor({ api: `real.test:${port}`, maxRetries: 1, lookup: names.lookup });
    expect((await askFor(tunnel, `real.test:${port}`)).status).toBe(200);
    names.fail('ENOTFOUND');
    void askFor(tunnel, `real.test:${port}`).catch(() => {});
    expect(await tunnel.saw('connection.waiting')).toMatchObject({ of: null });
  });
});

describe('a nearby host that worked before and now refuses', () => {
  /** A server that can be away and come back on the same port. */
  async function comesAndGoes(serve: (socket: Socket) => void) {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      serve(socket);
    });
    const port = await listen(server);
    return {
      port,
      leave: () => new Promise((resolve) => server.close(resolve)),
      comeBack: () => listen(server, port),
    };
  }
  test('a gateway on this machine: held beyond max_retries, with backoff', async () => {
    const gateway = await comesAndGoes((socket) => socket.end('hello'));
    const api = `127.0.0.1:${gateway.port}`;
    const tunnel = await tunnelFor({ api, maxRetries: 1 });
    const { socket } = await askFor(tunnel, api);
    socket.end();
    await readAll(socket);
    await gateway.leave();
    const asked = askFor(tunnel, api);
    expect(await tunnel.saw('connection.waiting', ({ attempt }) => attempt === 4)).toMatchObject({
      cause: 'refused',
      of: null,
    });
    await gateway.comeBack();
    expect((await asked).status).toBe(200);
  });

  test('the person’s own proxy: held, and asked at once when the network changes', async () => {
    const proxy = await comesAndGoes((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 Connection established\r\n\r\n'));
    });
    const tunnel = await tunnelFor({
      maxRetries: 1,
      backoff: never,
      upstream: upstreamFrom({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }),
    });
    const { socket } = await askFor(tunnel, 'api.anthropic.com:443');
    socket.end();
    await readAll(socket);
    await proxy.leave();
    const asked = askFor(tunnel, 'api.anthropic.com:443');
    expect(await tunnel.saw('connection.waiting')).toMatchObject({ cause: 'refused', of: null });
    await proxy.comeBack();
    tunnel.networkChanged();
    expect((await asked).status).toBe(200);
  });

  test.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['::ffff:10.1.2.3', true],
    ['192.168.1.1', true],
    ['fd00::1', true],
    ['8.8.8.8', false],
    ['::ffff:8.8.8.8', false],
    ['2001:db8::1', false],
  ])('%s is nearby: %s', (address, nearby) => {
    expect(isNearby(address)).toBe(nearby);
  });
});

describe('a host that is not the API’s', () => {
  test.each(['refused', 'nameless'])('%s: tried once and reported at once', async (fault) => {
    const names = resolver();
    if (fault === 'nameless') names.fail('EAI_AGAIN');
    const tunnel = await tunnelFor({
      api: 'api.test:443',
      lookup: names.lookup,
      backoff: never,
    });
    expect((await askFor(tunnel, `other.test:${await deafPort()}`)).status).toBe(502);
    expect(tunnel.seen.map(({ type }) => type)).toEqual(['connection.failed']);
  });

  test('an answer of the person’s proxy is passed on at once', async () => {
    let asked = 0;
    const port = await farServer((socket) => {
      asked += 1;
      socket.once('data', () => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\ncorp'));
    });
    const tunnel = await tunnelFor({
      backoff: never,
      upstream: upstreamFrom({ HTTPS_PROXY: `http://127.0.0.1:${port}` }),
    });
    const { status, socket } = await askFor(tunnel, 'github.com:443');
    expect(status).toBe(502);
    expect(await readUntil(socket, 'corp')).toBe('corp');
    expect(asked).toBe(1);
  });
});

describe('an agent that leaves while its connection is held', () => {
  test.each([
    ['with a FIN', (socket: Socket) => socket.end()],
    ['with a RST', (socket: Socket) => socket.resetAndDestroy()],
  ])('%s ends the attempts', async (_, leave) => {
    const names = resolver();
    names.fail('EAI_AGAIN');
    const tunnel = await tunnelFor({ api: 'api.test:443', lookup: names.lookup });
    const socket = await nearLeg(tunnel);
    socket.write(
      `CONNECT api.test:443 HTTP/1.1\r\nProxy-Authorization: ${authorizationOf(tunnel.url)}\r\n\r\n`,
    );
    await tunnel.saw('connection.waiting');
    leave(socket);
    expect(await tunnel.saw('connection.closed')).toMatchObject({ by: 'agent' });
    expect(tunnel.connections()).toEqual([]);
    const asked = names.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 300)); // three pauses at the longest
    expect(names.asked.length).toBe(asked);
  });

  test('stop ends the waiting, too', async () => {
    const names = resolver();
    names.fail('EAI_AGAIN');
    const tunnel = await tunnelFor({ api: 'api.test:443', lookup: names.lookup });
    const socket = await nearLeg(tunnel);
    socket.write(
      `CONNECT api.test:443 HTTP/1.1\r\nProxy-Authorization: ${authorizationOf(tunnel.url)}\r\n\r\n`,
    );
    await tunnel.saw('connection.waiting');
    const closed = closing(socket);
    await tunnel.stop();
    expect(await closed).toBe('RST');
    expect(tunnel.connections()).toEqual([]);
  });
});

describe('pacing', () => {
  /** As long on a busy machine as on a quiet one; with pacing it would be a hundred times as long. */
  const longer = 20;
  async function timeOf(rounds: number, each: () => Promise<void>): Promise<number> {
    const startedAt = performance.now();
    for (let round = 0; round < rounds; round += 1) await each();
    return performance.now() - startedAt;
  }

  test('a client that reconnects at once while the server resets it is slowed down', async () => {
    const port = await farServer((socket) => {
      socket.write('handshake');
      socket.on('data', () => socket.resetAndDestroy());
    });
    const tunnel = await tunnelFor({ api: `127.0.0.1:${port}` });
    const startedAt = performance.now();
    let rounds = 0;
    while (performance.now() - startedAt < 1_500) {
      const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
      await readUntil(socket, 'handshake');
      socket.write('request');
      await closing(socket);
      rounds += 1;
    }
    expect(rounds).toBeLessThanOrEqual(9); // 3 free, then pauses of 0.05, 0.1, 0.2 … s at least; unpaced: hundreds
  });

  test('a client whose connections do their work never waits', async () => {
    const port = await farServer((socket) => {
      socket.once('data', () => socket.end('answer'));
    });
    const work = (tunnel: WatchedTunnel) =>
      timeOf(50, async () => {
        const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
        socket.write('request');
        await readAll(socket);
        socket.end();
      });
    const unpaced = await work(await tunnelFor());
    expect(await work(await tunnelFor({ api: `127.0.0.1:${port}` }))).toBeLessThan(unpaced * longer);
  });

  test('the guard’s own cuts do not count against the host', async () => {
    const port = await farServer((socket) => socket.write('x'));
    const work = (tunnel: WatchedTunnel) =>
      timeOf(30, async () => {
        const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
        tunnel.cut('all');
        await closing(socket);
      });
    const unpaced = await work(await tunnelFor());
    expect(await work(await tunnelFor({ api: `127.0.0.1:${port}` }))).toBeLessThan(unpaced * longer);
  });
});
