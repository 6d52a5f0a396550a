/** One session's tunnel behind the router, in this process, with gaps in time reported to it. */
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Config, defaults } from '../../src/config/schema.ts';
import { ownIdentity } from '../../src/platform/process-identity.ts';
import { createRouter } from '../../src/service/router.ts';
import { watchedTunnel } from '../../src/service/watched-tunnel.ts';
import { askFor, closing, farServer, listen, upstreamFrom } from '../tunnel/support.ts';

const token = 'abcdef0123456789';

/** Two connections, to the API and to another host. */
async function session(config: Config = defaults) {
  const [api, other] = [await farServer(() => {}), await farServer(() => {})];
  let take: (near: Socket) => void = () => {};
  const router = createRouter((shown, near) => {
    if (shown === token) take(near);
    return shown === token;
  });
  const port = await listen(router);
  const user = {
    api: { host: '127.0.0.1', port: api, secure: true },
    pings: true,
    proxy: {},
    deadlineMs: null,
  };
  const tunnel = await watchedTunnel({ token, process: ownIdentity(), user }, port, upstreamFrom({}), config);
  onTestFinished(() => tunnel.stop());
  take = tunnel.take;
  const url = `http://guard:${token}@127.0.0.1:${port}`;
  const toApi = await askFor({ url }, `127.0.0.1:${api}`);
  const toOther = await askFor({ url }, `127.0.0.1:${other}`);
  expect([toApi.status, toOther.status]).toEqual([200, 200]);
  return { tunnel, toApi: toApi.socket, toOther: toOther.socket };
}

test('after a sleep, connections to the API are cut, and no others', async () => {
  const { tunnel, toApi, toOther } = await session();
  const end = closing(toApi);
  tunnel.see({ type: 'clock.gap', cause: 'slept', gapMs: 60_000 });
  expect(await end).toBe('RST');
  expect(tunnel.connections()).toHaveLength(1);
  expect(toOther.destroyed).toBe(false);
});

test('what was opened after a sleep that is noticed only now is not cut', async () => {
  const { tunnel } = await session();
  const beforeAny = Math.min(...tunnel.connections().map(({ since }) => since)) - 1;
  tunnel.see({ type: 'clock.gap', cause: 'slept', gapMs: 60_000, lookedAt: beforeAny });
  expect([tunnel.cuts, tunnel.connections().length]).toEqual([0, 2]);
});

test.each([
  ['a nap', { cause: 'slept', gapMs: 10_000 }, defaults],
  ['a stalled machine', { cause: 'stalled', gapMs: 60_000 }, defaults],
  [
    'a person who wants no cures in place',
    { cause: 'slept', gapMs: 60_000 },
    { ...defaults, recovery: { ...defaults.recovery, in_place: false } },
  ],
] as const)('%s: nothing is cut', async (_, gap, config) => {
  const { tunnel } = await session(config);
  tunnel.see({ type: 'clock.gap', ...gap });
  expect([tunnel.cuts, tunnel.connections().length]).toEqual([0, 2]);
});
