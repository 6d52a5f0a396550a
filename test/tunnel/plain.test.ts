/** Plain http requests in absolute form, as agents with an http:// base URL send them (2.1.197, 2.1.329). */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import { describe, expect, test } from 'vitest';
import {
  authorizationOf,
  closing,
  deafPort,
  listen,
  nearLeg,
  readAll,
  readUntil,
  tunnelFor,
  type WatchedTunnel,
} from './support.ts';

interface Reply {
  readonly response: IncomingMessage;
  readonly body: string;
}

async function ask(
  tunnel: WatchedTunnel,
  url: string,
  options: {
    agent?: Agent;
    method?: string;
    body?: string | string[];
    headers?: Record<string, string>;
  } = {},
): Promise<Reply> {
  const outgoing = request({
    host: '127.0.0.1',
    port: new URL(tunnel.url).port,
    path: url,
    method: options.method ?? 'GET',
    agent: options.agent ?? false,
    headers: {
      Host: new URL(url).host,
      'Proxy-Authorization': authorizationOf(tunnel.url),
      'Proxy-Connection': 'keep-alive',
      ...options.headers,
    },
  });
  const body = options.body ?? '';
  for (const part of typeof body === 'string' ? [body] : body) if (part) outgoing.write(part);
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return { response, body: Buffer.concat(parts).toString() };
}

async function echoServer(): Promise<{ url: string; connections: () => number; server: Server }> {
  let connections = 0;
  const server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    outgoing.setHeader('Content-Type', 'application/json');
    outgoing.end(
      JSON.stringify({
        method: incoming.method,
        url: incoming.url,
        headers: incoming.rawHeaders,
        body: Buffer.concat(parts).toString(),
      }),
    );
  });
  server.on('connection', () => {
    connections += 1;
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, connections: () => connections, server };
}

test('arrives in origin form, with its headers unchanged except for Proxy-*', async () => {
  const { url } = await echoServer();
  const tunnel = await tunnelFor();
  const { body } = await ask(tunnel, `${url}/v1/messages?beta=true`, {
    method: 'POST',
    headers: { 'X-Odd-Case': 'a  b', Connection: 'keep-alive' },
    body: ['one', 'two'], // chunked
  });
  const seen = JSON.parse(body) as { method: string; url: string; headers: string[]; body: string };
  expect(seen).toMatchObject({ method: 'POST', url: '/v1/messages?beta=true', body: 'onetwo' });
  expect(seen.headers).toEqual([
    'Host', new URL(url).host,
    'X-Odd-Case', 'a  b',
    'Connection', 'keep-alive',
    'Transfer-Encoding', 'chunked',
  ]); // biome-ignore format: pairs
});

test('several requests share one far leg, whatever their bodies', async () => {
  const { url, connections } = await echoServer();
  const tunnel = await tunnelFor();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (const body of ['', 'x'.repeat(300_000), ['a', 'b', 'c']]) {
    const reply = await ask(tunnel, `${url}/`, { agent, method: 'POST', body });
    expect((JSON.parse(reply.body) as { body: string }).body).toBe(
      typeof body === 'string' ? body : body.join(''),
    );
  }
  agent.destroy();
  expect(connections()).toBe(1);
  expect(tunnel.seen.filter(({ type }) => type === 'connection.opened')).toHaveLength(1);
});

test('its bytes are counted as on the wire, in both directions', async () => {
  const { server, url } = await echoServer();
  const wire = { up: 0, down: 0 };
  server.on('connection', (socket) => {
    socket.on('close', () => Object.assign(wire, { up: socket.bytesRead, down: socket.bytesWritten }));
  });
  const tunnel = await tunnelFor();
  const headers = { Connection: 'close' };
  await ask(tunnel, `${url}/`, { method: 'POST', headers, body: ['a'.repeat(200_000), 'b', 'c'] });
  await tunnel.saw('connection.closed');
  const reports = tunnel.seen.filter((each) => each.type === 'connection.bytes');
  expect({
    up: reports.reduce((sum, each) => sum + each.up, 0),
    down: reports.reduce((sum, each) => sum + each.down, 0),
  }).toEqual(wire);
});

test('pipelined requests are answered in order, on one far leg', async () => {
  const { url, connections } = await echoServer();
  const tunnel = await tunnelFor();
  const socket = await nearLeg(tunnel);
  const head = (path: string, more = '') =>
    `POST ${url}${path} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${authorizationOf(tunnel.url)}\r\n${more}\r\n`;
  socket.write(
    head('/one', 'Transfer-Encoding: chunked\r\n') + '3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n' +
      head('/two', 'Content-Length: 3\r\n') + 'def' +
      head('/three', 'Connection: close\r\nContent-Length: 0\r\n'),
  ); // biome-ignore format: as on the wire
  const answers = String(await readAll(socket)).match(/\{.*?"body":"\w*"\}/g) ?? [];
  expect(answers.map((each) => JSON.parse(each) as object)).toMatchObject([
    { url: '/one', body: 'abc' },
    { url: '/two', body: 'def' },
    { url: '/three', body: '' },
  ]);
  expect(connections()).toBe(1);
});

test('a body that waits for 100 Continue is sent after it', async () => {
  const { url } = await echoServer();
  const tunnel = await tunnelFor();
  const socket = await nearLeg(tunnel);
  socket.write(
    `POST ${url}/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${authorizationOf(tunnel.url)}\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`,
  );
  expect(await readUntil(socket, '\r\n\r\n')).toMatch(/^HTTP\/1\.1 100 /);
  socket.write('body');
  expect(await readUntil(socket, '"body":"body"')).toContain('200 OK');
});

test('an agent that leaves while its request is held is noticed, however much it has sent', async () => {
  const api = `127.0.0.1:${await deafPort()}`;
  const tunnel = await tunnelFor({ api, maxRetries: 1_000 });
  const socket = await nearLeg(tunnel);
  socket.write(
    `POST http://${api}/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${authorizationOf(tunnel.url)}\r\nContent-Length: 9000000\r\n\r\n`,
  );
  socket.end(Buffer.alloc(8_000_000));
  expect(await tunnel.saw('connection.closed')).toMatchObject({ by: 'agent' });
  expect(tunnel.connections()).toEqual([]);
});

describe('a request on whose end two readers could disagree', () => {
  test.each([
    ['a length as well as chunks', 'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n'],
    ['an encoding that does not end in chunks', 'Transfer-Encoding: chunked, gzip\r\n\r\n'],
    ['a header name with a blank', 'Transfer-Encoding : chunked\r\n\r\n'],
    ['a bad length', 'Content-Length: -1\r\n\r\n'],
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a folded line', 'X: 1\r\n Content-Length: 3\r\n\r\nGET'],
    ['an overlong head', `X: ${'x'.repeat(300_000)}`],
  ])('%s is refused', async (_, rest) => {
    const { url, connections } = await echoServer();
    const tunnel = await tunnelFor();
    const socket = await nearLeg(tunnel);
    socket.write(
      `POST ${url}/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${authorizationOf(tunnel.url)}\r\n${rest}`,
    );
    expect(await readUntil(socket, '\r\n')).toMatch(/^HTTP\/1\.1 4(00|31) /);
    expect(connections()).toBe(0);
  });
});

test('another host on the same near leg gets its own far leg', async () => {
  const one = await echoServer();
  const two = await echoServer();
  const tunnel = await tunnelFor();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (const { url } of [one, two, one]) {
    const { body } = await ask(tunnel, `${url}/`, { agent });
    expect((JSON.parse(body) as { headers: string[] }).headers).toContain(new URL(url).host);
  }
  agent.destroy();
  expect([one.connections(), two.connections()]).toEqual([2, 1]);
});

test('a server that ends a persistent connection ends it for the agent, too', async () => {
  const { url, server } = await echoServer();
  const tunnel = await tunnelFor();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await ask(tunnel, `${url}/`, { agent });
  const [free] = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
  const closed = once(free as NonNullable<typeof free>, 'close');
  server.closeIdleConnections();
  await closed;
  expect((await ask(tunnel, `${url}/`, { agent })).response.statusCode).toBe(200);
  agent.destroy();
});

test('an answer streams through as it arrives, and a reset stays a reset', async () => {
  let finish: (() => void) | undefined;
  const server = createServer((_, outgoing) => {
    outgoing.write('data: one\n\n');
    finish = () => outgoing.socket?.resetAndDestroy();
  });
  const port = await listen(server);
  const tunnel = await tunnelFor();
  const socket = await nearLeg(tunnel);
  socket.write(
    `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${authorizationOf(tunnel.url)}\r\n\r\n`,
  );
  expect(await readUntil(socket, 'one')).toContain('200 OK');
  const closed = closing(socket);
  finish?.();
  expect(await closed).toBe('RST');
});

test('a server that refuses means a 502 after the attempts', async () => {
  const api = `127.0.0.1:${await deafPort()}`;
  const tunnel = await tunnelFor({ api, maxRetries: 2 });
  const { response, body } = await ask(tunnel, `http://${api}/`, {
    method: 'POST',
    body: 'x'.repeat(2_000_000), // still on its way when the answer is sent
  });
  expect(response.statusCode).toBe(502);
  expect(body).toContain('refused');
});

test('no token, no request', async () => {
  const { url, connections } = await echoServer();
  const tunnel = await tunnelFor();
  const { response } = await ask(tunnel, `${url}/`, { headers: { 'Proxy-Authorization': 'Basic bm9uZQ==' } });
  expect(response.statusCode).toBe(407);
  expect(connections()).toBe(0);
});

describe('an upgrade', () => {
  test('is opaque afterwards', async () => {
    const server = createServer();
    server.on('upgrade', (_, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
      socket.pipe(socket);
    });
    const port = await listen(server);
    const tunnel = await tunnelFor();
    const socket = await nearLeg(tunnel);
    const head = `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: x\r\nUpgrade: echo\r\nConnection: Upgrade\r\n`;
    socket.write(`${head}Proxy-Authorization: ${authorizationOf(tunnel.url)}\r\n\r\n`);
    await readUntil(socket, '\r\n\r\n');
    socket.end('GET not a head\r\n\r\n');
    expect(String(await readAll(socket))).toBe('GET not a head\r\n\r\n');
  });

  test('is granted by an answer that comes in pieces', async () => {
    const server = createServer();
    server.on('upgrade', (_, socket) => {
      socket.write('HTTP/1.1 1');
      setTimeout(() => {
        socket.write('01 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
        socket.pipe(socket);
      }, 50);
    });
    const port = await listen(server);
    const tunnel = await tunnelFor();
    const socket = await nearLeg(tunnel);
    const head = `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: x\r\nUpgrade: echo\r\nConnection: Upgrade\r\n`;
    socket.write(`${head}Proxy-Authorization: ${authorizationOf(tunnel.url)}\r\n\r\n`);
    await readUntil(socket, '\r\n\r\n');
    socket.end('anything');
    expect(String(await readAll(socket))).toBe('anything');
  });

  test('that the server refuses lets nothing out that was meant for us', async () => {
    const heads: string[] = [];
    const server = createServer((incoming, outgoing) => {
      heads.push(`${incoming.url} ${incoming.rawHeaders.join(' ')}`);
      outgoing.end('no');
    });
    const port = await listen(server);
    const tunnel = await tunnelFor();
    const socket = await nearLeg(tunnel);
    const head = (path: string, ...more: string[]) =>
      [
        `GET http://127.0.0.1:${port}${path} HTTP/1.1`,
        'Host: x',
        `Proxy-Authorization: ${authorizationOf(tunnel.url)}`,
        ...more,
        '\r\n',
      ].join('\r\n');
    socket.write(head('/first', 'Upgrade: h2c', 'Connection: Upgrade'));
    expect(await readUntil(socket, 'no')).toContain('200 OK');
    const closed = closing(socket);
    socket.write(head('/second'));
    await closed;
    expect(heads).toHaveLength(1);
    expect(heads[0]).not.toMatch(/proxy/i);
  });

  test('may come with a body, which reaches the server before it answers', async () => {
    const server = createServer((incoming, outgoing) => {
      let body = '';
      incoming.on('data', (chunk) => {
        body += chunk;
      });
      incoming.on('end', () => outgoing.end(`got ${body}`));
    });
    const url = `http://127.0.0.1:${await listen(server)}/`;
    const headers = { Upgrade: 'h2c', Connection: 'Upgrade' };
    const { body } = await ask(await tunnelFor(), url, { method: 'POST', headers, body: 'all' });
    expect(body).toBe('got all');
  });
});
