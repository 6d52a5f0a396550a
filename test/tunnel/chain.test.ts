/** Through the person's own proxy. */
import { writeFileSync } from 'node:fs';
import type { LookupFunction, Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import {
  authorityCertificate,
  standInCertificate,
  standInKey,
} from '../../src/drill/api/test-certificate.ts';
import { probe } from '../../src/tunnel/probe.ts';
import { temporaryFolder } from '../support/folder.ts';
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
} from './support.ts';

const onLoopback: LookupFunction = (_, options, found) =>
  options.all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4);

/** A proxy that records its requests and gives the wanted answer. After a 200, it echoes. */
async function proxyAnswering(answer: string): Promise<{ port: number; heads: string[]; sockets: Socket[] }> {
  const heads: string[] = [];
  const sockets: Socket[] = [];
  const port = await farServer((socket) => {
    sockets.push(socket);
    void readUntil(socket, '\r\n\r\n').then((head) => {
      heads.push(head);
      socket.write(answer);
      if (/ 200 /.test(answer)) socket.pipe(socket);
    });
  });
  return { port, heads, sockets };
}

const established = 'HTTP/1.1 200 Connection established\r\nVia: corp\r\n\r\n';

describe('CONNECT', () => {
  test('is sent with the credentials of the URL, and never with our token', async () => {
    const proxy = await proxyAnswering(established);
    const tunnel = await tunnelFor({
      upstream: upstreamFrom({ HTTPS_PROXY: `http://me:p%40ss@127.0.0.1:${proxy.port}` }),
    });
    const { status, socket } = await askFor(tunnel, 'api.anthropic.com:443');
    expect(status).toBe(200);
    socket.end('echo');
    expect(String(await readAll(socket))).toBe('echo');
    expect(proxy.heads).toEqual([
      `CONNECT api.anthropic.com:443 HTTP/1.1\r\nHost: api.anthropic.com:443\r\nProxy-Authorization: Basic ${btoa('me:p@ss')}\r\n\r\n`,
    ]);
  });

  test('bytes that arrive together with the proxy’s answer are not lost', async () => {
    const proxy = await proxyAnswering(`${established}first words`);
    const tunnel = await tunnelFor({
      upstream: upstreamFrom({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }),
    });
    const { socket } = await askFor(tunnel, 'api.anthropic.com:443');
    expect(await readUntil(socket, 'words')).toBe('first words');
  });

  test.each([
    'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM\r\nContent-Length: 5\r\n\r\nlogin',
    'HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\nblocked',
  ])('%j is passed on at once as it is', async (answer) => {
    const proxy = await proxyAnswering(answer);
    const tunnel = await tunnelFor({
      upstream: upstreamFrom({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }),
      backoff: { initialMs: 3_600_000, maxMs: 3_600_000 },
    });
    const { head, socket } = await askFor(tunnel, 'api.anthropic.com:443');
    const bodyEnd = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    expect(head + (await readUntil(socket, bodyEnd))).toBe(answer);
    expect(await tunnel.saw('connection.failed')).toMatchObject({ cause: 'proxy-denied' });
    expect(tunnel.seen.some(({ type }) => type === 'connection.waiting')).toBe(false);
    const [behind] = proxy.sockets;
    socket.destroy();
    if (behind) await closing(behind);
  });

  test('a proxy that cannot reach the host is asked again, then its answer is passed on', async () => {
    const proxy = await proxyAnswering('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
    const tunnel = await tunnelFor({
      upstream: upstreamFrom({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }),
    });
    const { status } = await askFor(tunnel, 'api.anthropic.com:443');
    expect(status).toBe(503);
    expect(proxy.heads).toHaveLength(3);
  });

  test('a proxy that hangs up without an answer counts as a reset', async () => {
    const port = await farServer((socket) => socket.once('data', () => socket.end()));
    const tunnel = await tunnelFor({
      maxRetries: 2,
      upstream: upstreamFrom({ HTTPS_PROXY: `http://127.0.0.1:${port}` }),
    });
    const { status } = await askFor(tunnel, 'api.anthropic.com:443');
    expect(status).toBe(502);
    expect(await tunnel.saw('connection.failed')).toMatchObject({ cause: 'reset' });
  });

  test('a host of NO_PROXY is reached directly', async () => {
    const proxy = await proxyAnswering(established);
    const port = await farServer((socket) => socket.end('direct'));
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '127.0.0.0/8' };
    const tunnel = await tunnelFor({ upstream: upstreamFrom(env) });
    const { socket } = await askFor(tunnel, `127.0.0.1:${port}`);
    expect(String(await readAll(socket))).toBe('direct');
    expect(proxy.heads).toEqual([]);
  });

  test('the agent is told about an untrusted TLS proxy', async () => {
    const server = createTlsServer({ cert: standInCertificate, key: standInKey });
    server.on('tlsClientError', () => {});
    const port = await listen(server);
    const tunnel = await tunnelFor({
      maxRetries: 1,
      upstream: upstreamFrom({ HTTPS_PROXY: `https://127.0.0.1:${port}` }),
    });
    const { status, socket } = await askFor(tunnel, 'api.anthropic.com:443');
    expect(status).toBe(502);
    expect(String(await readAll(socket))).toMatch(/CERT|LEAF_SIGNATURE/);
  });

  test('a TLS proxy is trusted if the person’s settings name its authority', async () => {
    const heads: string[] = [];
    const server = createTlsServer({ cert: standInCertificate, key: standInKey }, (socket) => {
      void readUntil(socket, '\r\n\r\n').then((head) => {
        heads.push(head);
        socket.write(established);
      });
    });
    const port = await listen(server);
    const authority = join(temporaryFolder(), 'authority.pem');
    writeFileSync(authority, authorityCertificate);
    const tunnel = await tunnelFor({
      upstream: upstreamFrom({
        HTTPS_PROXY: `https://api.anthropic.com:${port}`,
        NODE_EXTRA_CA_CERTS: authority,
      }),
      lookup: onLoopback,
    });
    expect((await askFor(tunnel, 'api.anthropic.com:443')).status).toBe(200);
    expect(heads).toEqual([expect.stringContaining('CONNECT api.anthropic.com:443')]);
  });
});

test('one tunnel chains to another', async () => {
  const port = await farServer((socket) => socket.pipe(socket));
  const outer = await tunnelFor();
  const inner = await tunnelFor({ upstream: upstreamFrom({ HTTPS_PROXY: outer.url }) });
  const { socket, status } = await askFor(inner, `127.0.0.1:${port}`);
  expect(status).toBe(200);
  socket.end('echo');
  expect(String(await readAll(socket))).toBe('echo');
});

test('a plain request stays in absolute form, with the proxy’s credentials instead of our token', async () => {
  const proxy = await proxyAnswering('HTTP/1.1 204 No Content\r\n\r\n');
  const tunnel = await tunnelFor({
    upstream: upstreamFrom({ HTTP_PROXY: `http://me:pw@127.0.0.1:${proxy.port}` }),
  });
  const socket = await nearLeg(tunnel);
  const token = authorizationOf(tunnel.url);
  socket.write(
    `GET http://gateway.corp/v1 HTTP/1.1\r\nHost: gateway.corp\r\nProxy-Authorization: ${token}\r\n\r\n`,
  );
  expect(await readUntil(socket, '\r\n\r\n')).toContain('204');
  expect(proxy.heads).toEqual([
    `GET http://gateway.corp/v1 HTTP/1.1\r\nHost: gateway.corp\r\nProxy-Authorization: Basic ${btoa('me:pw')}\r\nConnection: keep-alive\r\n\r\n`,
  ]);
});

describe('probe', () => {
  const far = (port: number) => ({ secure: true, host: '127.0.0.1', port, authority: `127.0.0.1:${port}` });

  test('a host that listens', async () => {
    const port = await farServer(() => {});
    const result = await probe(far(port), { upstream: upstreamFrom({}), timeoutMs: 5_000 });
    expect(result).toMatchObject({ reachable: true, cause: null });
    expect(result.latencyMs).toBeGreaterThanOrEqual(0);
  });

  test('a host that does not', async () => {
    const result = await probe(far(await deafPort()), { upstream: upstreamFrom({}), timeoutMs: 5_000 });
    expect(result).toEqual({ reachable: false, latencyMs: null, cause: 'refused' });
  });

  test('a TLS proxy that is not trusted: the line works', async () => {
    const server = createTlsServer({ cert: standInCertificate, key: standInKey });
    server.on('tlsClientError', () => {});
    const upstream = upstreamFrom({ HTTPS_PROXY: `https://127.0.0.1:${await listen(server)}` });
    const result = await probe(far(443), { upstream, timeoutMs: 5_000 });
    expect(result).toEqual({ reachable: true, latencyMs: null, cause: 'proxy-untrusted' });
  });

  test('a TLS proxy that wants to see a certificate of ours: the line works', async () => {
    const server = createTlsServer({
      cert: standInCertificate,
      key: standInKey,
      ca: authorityCertificate,
      requestCert: true,
    });
    server.on('tlsClientError', () => {});
    const authority = join(temporaryFolder(), 'authority.pem');
    writeFileSync(authority, authorityCertificate);
    const upstream = upstreamFrom({
      HTTPS_PROXY: `https://api.anthropic.com:${await listen(server)}`,
      NODE_EXTRA_CA_CERTS: authority,
    });
    const result = await probe(far(443), { upstream, timeoutMs: 5_000, lookup: onLoopback });
    expect(result).toMatchObject({ reachable: true, cause: 'proxy-untrusted' });
  });

  test.each([
    [established, true, null],
    ['HTTP/1.1 407 Who\r\n\r\n', true, 'proxy-denied'],
    ['HTTP/1.1 504 Gateway Timeout\r\n\r\n', false, 'refused'],
    ['', false, 'connect-timeout'],
  ])('a proxy that answers %j', async (answer, reachable, cause) => {
    const proxy = await proxyAnswering(answer);
    const upstream = upstreamFrom({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
    expect(await probe(far(443), { upstream, timeoutMs: 300 })).toMatchObject({ reachable, cause });
    for (const socket of proxy.sockets) await closing(socket);
  });
});
