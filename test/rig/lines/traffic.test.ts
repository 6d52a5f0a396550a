import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { watchTraffic } from './traffic.ts';

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** Both ends of a connection, which are watched. */
async function pair() {
  const traffic = watchTraffic();
  const arrived: Socket[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void arrived.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const near = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  onTestFinished(() => {
    traffic.stop();
    near.destroy();
    arrived[0]?.destroy();
    server.close();
  });
  expect(traffic.onItsWay()).toBe('a connection');
  await quiet(traffic.onItsWay);
  const [far] = arrived;
  if (far === undefined) throw new Error('nobody arrives');
  for (const end of [near, far]) end.on('error', () => {});
  return { near, far, ...traffic };
}

async function quiet(onItsWay: () => string | null): Promise<void> {
  do await turn();
  while (onItsWay() !== null);
}

test('bytes are on their way until the other end has them', async () => {
  const { near, far, onItsWay } = await pair();
  let got = 0;
  far.on('data', (chunk) => {
    got += chunk.length;
  });
  near.write(Buffer.alloc(5_000_000));
  expect(onItsWay()).toMatch(/5000000 bytes/);
  await quiet(onItsWay);
  expect(got).toBe(5_000_000);
});

test('bytes for an end that does not read stay where they are', async () => {
  const { near, far, onItsWay } = await pair();
  let got = 0;
  far.on('data', (chunk) => {
    got += chunk.length;
  });
  far.pause();
  near.write(Buffer.alloc(12_000_000));
  await quiet(onItsWay);
  expect(got).toBe(0);
  far.resume();
  await quiet(onItsWay);
  expect(got).toBe(12_000_000);
});

const closings: Readonly<Record<string, (socket: Socket) => unknown>> = {
  end: (socket) => socket.end(),
  ECONNRESET: (socket) => socket.resetAndDestroy(),
};

test.each(Object.keys(closings))(
  'how one end closes is on its way until the other has seen it: %s',
  async (what) => {
    const { near, far, onItsWay } = await pair();
    const seen: unknown[] = [];
    far.on('end', () => seen.push('end'));
    far.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code));
    far.resume();
    await quiet(onItsWay);
    closings[what]?.(near);
    expect(onItsWay()).not.toBeNull();
    await quiet(onItsWay);
    expect(seen).toEqual([what]);
  },
);
