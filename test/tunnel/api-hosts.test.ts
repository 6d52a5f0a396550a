/** Which hosts are held and watched, and which may be asked whether the line works. */
import { createServer, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { apiProbe } from '../../src/guard/api-probe.ts';
import { createApiHosts } from '../../src/tunnel/api-hosts.ts';
import { makeTarget } from '../../src/tunnel/target.ts';
import { isProxyUntrusted } from '../../src/tunnel/trust.ts';
import { authorizationOf, deafPort, farServer, listen, tunnelFor, type WatchedTunnel } from './support.ts';

const [named, gateway, other] = ['named.test', 'gateway.test', 'other.test'].map((host) =>
  makeTarget(true, host, 443),
) as [ReturnType<typeof makeTarget>, ReturnType<typeof makeTarget>, ReturnType<typeof makeTarget>];

describe('a host that answers a conversation', () => {
  test('is the API’s while the one that is named has answered none', () => {
    const hosts = createApiHosts(named.authority);
    expect([hosts.has(named.authority), hosts.has(gateway.authority), hosts.found()]).toEqual([
      true,
      false,
      null,
    ]);
    hosts.answers(gateway);
    expect([hosts.has(named.authority), hosts.has(gateway.authority)]).toEqual([true, true]);
    expect(hosts.found()).toEqual(gateway);
  });

  test('is another one once the host that is named has answered a conversation', () => {
    const hosts = createApiHosts(named.authority);
    hosts.answers(named);
    hosts.answers(gateway);
    expect([hosts.has(gateway.authority), hosts.found()]).toEqual([false, null]);
  });

  test('is given up once the host that is named answers after all', () => {
    const hosts = createApiHosts(named.authority);
    for (const each of [gateway, named]) hosts.answers(each);
    expect([hosts.has(named.authority), hosts.has(gateway.authority)]).toEqual([true, false]);
    expect(hosts.found()).toBeNull();
  });

  test('is the only one if none is named: the model calls whatever answers later', () => {
    const hosts = createApiHosts(null);
    for (const each of [gateway, other]) hosts.answers(each);
    expect([hosts.has(gateway.authority), hosts.has(other.authority)]).toEqual([true, false]);
    expect(hosts.found()).toEqual(gateway);
  });
});

/** A server that sends its answer in pieces until the test ends, or at once. */
async function server(streams: boolean) {
  const made = createServer((asked, answer) => {
    asked.resume().on('end', async () => {
      while (streams && !answer.destroyed) {
        answer.write('event: text\n\n'.repeat(20));
        await pause(100);
      }
      answer.end('{}');
    });
  });
  onTestFinished(() => made.closeAllConnections());
  return { port: await listen(made), close: () => made.close().closeAllConnections() };
}

function ask(tunnel: WatchedTunnel, port: number, size: number): void {
  const { hostname, port: tunnelPort } = new URL(tunnel.url);
  const asked = request({
    host: hostname,
    port: tunnelPort,
    method: 'POST',
    path: `http://127.0.0.1:${port}/v1/messages`,
    headers: { 'proxy-authorization': authorizationOf(tunnel.url) },
  });
  asked.on('error', () => {}).on('response', (answer) => answer.on('error', () => {}).resume());
  onTestFinished(() => void asked.destroy());
  asked.end(Buffer.alloc(size));
}

test('the tunnel finds the API by the answer to a conversation, and holds for it from then on', async () => {
  const tunnel = await tunnelFor({ api: null });
  const { port, close } = await server(true);
  ask(tunnel, port, 60_000);
  await tunnel.saw('connection.bytes', () => tunnel.api.found() !== null);
  expect(tunnel.api.found()).toMatchObject({ secure: false, host: '127.0.0.1', port });
  close();
  ask(tunnel, port, 60_000);
  expect(await tunnel.saw('connection.waiting')).toMatchObject({
    host: `127.0.0.1:${port}`,
    cause: 'refused',
  });
});

test.each([
  ['a small request with a long answer', 9_000, true],
  ['telemetry, however large', 200_000, false],
])('%s does not show where the API is', async (_, size, streams) => {
  const tunnel = await tunnelFor({ api: null });
  ask(tunnel, (await server(streams)).port, size);
  let heard = 0;
  await tunnel.saw('connection.bytes', ({ down }) => {
    heard += down > 0 ? 1 : 0;
    return heard > (streams ? 5 : 0);
  });
  expect(tunnel.api.found()).toBe(null);
});

describe('a probe', () => {
  const proxy = {};
  test('asks nobody if the API is not known', async () => {
    const probe = apiProbe({ api: null, proxy }, () => null);
    expect(await probe()).toEqual({ reachable: true, latencyMs: null, cause: null });
  });

  test('asks the host that answers rather than the one that is named', async () => {
    const api = { host: '127.0.0.1', port: await deafPort(), secure: true };
    const port = await farServer(() => {});
    let found: ReturnType<typeof makeTarget> | null = null;
    const probe = apiProbe({ api, proxy }, () => found);
    expect(await probe()).toMatchObject({ reachable: false });
    found = makeTarget(true, '127.0.0.1', port);
    expect(await probe()).toMatchObject({ reachable: true });
  });
});

test('a proxy under TLS is left to the agent if it is not known what to ask of it', async () => {
  expect(await isProxyUntrusted({ api: null, proxy: { HTTPS_PROXY: 'https://proxy.test' } }, 1)).toBe(true);
  expect(await isProxyUntrusted({ api: null, proxy: { HTTPS_PROXY: 'http://proxy.test' } }, 1)).toBe(false);
});
