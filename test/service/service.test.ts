/** The service and its sessions: what it cuts, and what becomes of the sessions when it is killed. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { serve } from '../../src/service/serve.ts';
import { farServer } from '../tunnel/support.ts';
import { killed, makeUser, statusThrough } from './support.ts';

const hello = () => farServer((socket) => void socket.write('hello'));

test('a reset reaches the session as a reset', async () => {
  let asked = 0;
  const port = await farServer((socket) => {
    asked += 1;
    if (asked > 1) socket.write('once more');
    else socket.once('data', () => socket.resetAndDestroy());
  });
  const user = makeUser();
  await user.served();
  const session = await user.session(`127.0.0.1:${port}`);
  await session.saw(/lost ECONNRESET\n[\s\S]*answer once more/);
});

test('a stream whose pings stop is cut at its limit, and the repeated request is answered', async () => {
  const streamMs = 500;
  let asked = 0;
  let silentSince = 0;
  const port = await farServer((socket) => {
    asked += 1;
    if (asked > 1) socket.write('the whole answer');
    else
      socket.once('data', () => {
        socket.write('beginning '.repeat(20));
        setTimeout(() => socket.write('ping '), 1_200);
        setTimeout(() => {
          silentSince = performance.now();
          socket.write('again');
        }, 2_400);
      });
  });
  const user = makeUser({ stream_timeout_ms: streamMs });
  await user.served();
  const session = await user.session(`127.0.0.1:${port}`);
  await session.saw(/answer ping[\s\S]*again/);
  await session.saw(/lost ECONNRESET/);
  expect(performance.now() - silentSince).toBeGreaterThan(4 * streamMs - 20);
  await session.saw(/answer the whole answer/);
  expect((await user.status()).sessions).toMatchObject([{ pid: session.pid, cuts: 1 }]);
});

/** A session that has had an answer through the service. */
async function answered() {
  const host = `127.0.0.1:${await hello()}`;
  const user = makeUser();
  await user.served();
  const session = await user.session(host);
  await session.saw(/answer hello/);
  return { user, session, host };
}

test('killed: the next one serves the same address, and the session goes on', async () => {
  const { user, session, host } = await answered();
  const { pid } = await user.status();
  await killed(pid);
  expect(await statusThrough(session.proxy(), host)).toBe('200');
  await session.saw(/lost [\s\S]*answer hello/);
  expect(await user.status()).toMatchObject({ sessions: [{ pid: session.pid }] });
  expect((await user.status()).pid).not.toBe(pid);
});

test('killed again and again', async () => {
  const { user, session, host } = await answered();
  for (let kills = 0; kills < 3; kills++) {
    await killed((await user.status()).pid);
    expect(await statusThrough(session.proxy(), host)).toBe('200');
  }
});

test('its keeper killed: nobody notices, and there is another', async () => {
  const { user, session, host } = await answered();
  const before = await user.status();
  await killed(before.keeper);
  await expect.poll(async () => ((await user.status()).keeper ?? before.keeper) !== before.keeper).toBe(true);
  expect(session.output()).not.toContain('lost');
  await killed((await user.status()).pid);
  expect(await statusThrough(session.proxy(), host)).toBe('200');
});

test('both killed: the next session brings the address back', async () => {
  const { user, session, host } = await answered();
  const { pid, keeper } = await user.status();
  await killed(keeper);
  await killed(pid);
  await expect.poll(() => statusThrough(session.proxy(), host)).toBe('ECONNREFUSED');
  await user.launch(['/bin/true']).exit;
  await expect.poll(() => statusThrough(session.proxy(), host)).toBe('200');
});

test('told to end while it is needed: another takes over', async () => {
  const { user, session } = await answered();
  const { pid } = await user.status();
  process.kill(pid, 'SIGTERM');
  await session.saw(/lost [\s\S]*answer hello/);
  expect((await user.status()).pid).not.toBe(pid);
});

test('it ends with its folder when nobody needs it; a session keeps it alive', async () => {
  const host = `127.0.0.1:${await hello()}`;
  const user = makeUser();
  let isOver = false;
  const options = { env: user.env, takesOver: false, stays: false, unusedMs: 3_000 };
  const over = serve(options).finally(() => {
    isOver = true;
  });
  await expect.poll(user.status).toMatchObject({ sessions: [] });
  const session = await user.session(host);
  await session.saw(/answer hello/);
  expect(await serve(options)).toBe(false); // there is one
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect([isOver, existsSync(user.paths.folder)]).toEqual([false, true]);
  await session.end();
  expect(await over).toBe(true);
  expect(existsSync(user.paths.folder)).toBe(false);
  await expect.poll(() => statusThrough(session.proxy(), host)).toBe('ECONNREFUSED'); // the keeper ends, too
});
