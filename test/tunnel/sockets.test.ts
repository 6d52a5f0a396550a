import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { reset } from '../../src/tunnel/sockets.ts';

async function pair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  const [far] = (await once(server, 'connection')) as [Socket];
  if (near.connecting) await once(near, 'connect');
  server.close();
  onTestFinished(() => {
    near.destroy();
    far.destroy();
  });
  return { near, far };
}

test('the other side of a reset connection fails at once', async () => {
  const { near, far } = await pair();
  reset(near);
  const [error] = (await once(far.resume(), 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
});

test('a connection whose FIN is being sent is closed as well', async () => {
  const { near, far } = await pair();
  const failures: Error[] = [];
  near.on('error', (error) => failures.push(error));
  near.end('last words');
  await new Promise<void>((resolve) => process.nextTick(resolve)); // the end is on its way, and not out yet
  expect(near.writableFinished).toBe(false);
  reset(near);
  await Promise.all([once(near, 'close'), once(far.resume(), 'end')]);
  expect(failures).toEqual([]);
});
