/** What a proxy costs: bytes through one connection, and the delay of small events such as those of a response. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type Proxy = 'none' | 'ten lines' | 'tunnel';

const programs: Readonly<Record<Exclude<Proxy, 'none'>, string>> = {
  'ten lines': './bare-proxy.js',
  tunnel: './guard-proxy.js',
};

/** A TLS record of 16 KiB: its head, and a body that nobody looks into. */
const record = Buffer.alloc(5 + 16_384);
record.set([23, 3, 3, 64, 0]);
/** A delta of a streamed response, encrypted. */
const event = Buffer.alloc(5 + 200);
event.set([23, 3, 3, 0, 200]);

const eventPauseMs = 5;
/** On a busy machine, a process that has just used much time to start is scheduled late. A tunnel is up for hours. */
const settleMs = 1_500;

/** @param work gets both ends of one connection through that proxy */
async function through<Result>(
  proxy: Proxy,
  work: (client: Socket, far: Socket) => Promise<Result>,
): Promise<Result> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const target = `127.0.0.1:${port}`;
  const child =
    proxy === 'none'
      ? null
      : spawn(process.execPath, [fileURLToPath(new URL(programs[proxy], import.meta.url)), target], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  let client: Socket;
  if (child === null) client = connect(port, '127.0.0.1');
  else {
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const url = new URL(said.toString());
    client = connect(Number(url.port), url.hostname);
    const credentials = Buffer.from(`${url.username}:${url.password}`).toString('base64');
    client.write(
      `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`,
    );
    await once(client, 'data');
  }
  const [far] = await accepted;
  for (const socket of [client, far]) {
    socket.setNoDelay();
    socket.on('error', () => {});
  }
  try {
    return await work(client, far);
  } finally {
    client.destroy();
    far.destroy();
    server.close();
    child?.kill();
  }
}

/** Bytes per millisecond of a response. */
export const throughput = (proxy: Proxy, bytes: number): Promise<number> =>
  through(proxy, async (client, far) => {
    const began = performance.now();
    let sent = 0;
    const send = () => {
      let goesOn = true;
      while (goesOn && sent < bytes) {
        goesOn = far.write(record);
        sent += record.length;
      }
    };
    far.on('drain', send);
    let received = 0;
    const done = new Promise<void>((resolve) => {
      client.on('data', (chunk) => {
        received += chunk.length;
        if (received >= bytes) resolve();
      });
    });
    send();
    await done;
    return received / (performance.now() - began);
  });

/** Milliseconds from the writing of each event to its arrival. */
export const eventDelays = (proxy: Proxy, events: number): Promise<readonly number[]> =>
  through(proxy, async (client, far) => {
    await sleep(settleMs);
    const times: number[] = [];
    for (let index = 0; index < events; index++) {
      const arrived = once(client, 'data');
      const began = performance.now();
      far.write(event);
      await arrived;
      times.push(performance.now() - began);
      await sleep(eventPauseMs);
    }
    return times;
  });
