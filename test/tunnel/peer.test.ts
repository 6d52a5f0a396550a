/** Who owns a connection, and who may use the tunnel without showing the token, according to the system (Linux). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseInode } from '../../src/tunnel/peer.ts';
import { authorizationOf, farServer, tunnelFor, type WatchedTunnel } from './support.ts';

/** Connects through the proxy of its environment for each line of its input, and prints the status of the answer. */
const program = `
const { connect } = require('node:net');
process.stdin.on('data', () => {
  const socket = connect(Number(process.env.PORT), '127.0.0.1');
  const authorization = process.env.SHOWN ? 'Proxy-Authorization: ' + process.env.SHOWN + '\\r\\n' : '';
  socket.write('CONNECT ' + process.env.TARGET + ' HTTP/1.1\\r\\n' + authorization + '\\r\\n');
  socket.once('data', (answer) => console.log(String(answer).split(' ')[1]));
});
console.log('up');`;

interface Client {
  readonly child: ChildProcess;
  connect(): Promise<string>;
}

async function client(tunnel: WatchedTunnel, env: Record<string, string>): Promise<Client> {
  const child = spawn(process.execPath, ['-e', program], {
    env: { PORT: new URL(tunnel.url).port, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const line = async () =>
    String((await once(child.stdout as NonNullable<typeof child.stdout>, 'data'))[0]).trim();
  expect(await line()).toBe('up');
  return {
    child,
    connect() {
      child.stdin?.write('go\n');
      return line();
    },
  };
}

describe.skipIf(process.platform !== 'linux')('on Linux', () => {
  test('the agent’s own connections are distinguished from others', async () => {
    const TARGET = `127.0.0.1:${await farServer((socket) => socket.write('hello'))}`;
    const tunnel = await tunnelFor();
    const SHOWN = authorizationOf(tunnel.url);
    const [agent, other] = await Promise.all([
      client(tunnel, { TARGET, SHOWN }),
      client(tunnel, { TARGET, SHOWN }),
    ]);
    const ownerOf = async (id: number) =>
      (await tunnel.saw('connection.opened', (each) => each.id === id)).owner;

    await other.connect();
    expect(await ownerOf(1), 'no agent is known').toBe('unknown');
    tunnel.agentStarted(agent.child.pid ?? 0);
    await other.connect();
    expect(await ownerOf(2), 'the agent may be a child of what was started').toBe('unknown');
    await agent.connect();
    expect(await ownerOf(3)).toBe('agent');
    await other.connect();
    expect(await ownerOf(4)).toBe('other');
    tunnel.agentStarted(other.child.pid ?? 0);
    await other.connect();
    expect(await ownerOf(5)).toBe('agent');
  });

  test('nothing is reported before a connection’s owner is known, and nothing is lost', async () => {
    const TARGET = `127.0.0.1:${await farServer((socket) => socket.end('hello'))}`;
    const tunnel = await tunnelFor();
    const agent = await client(tunnel, { TARGET, SHOWN: authorizationOf(tunnel.url) });
    tunnel.agentStarted(agent.child.pid ?? 0);
    await agent.connect();
    await tunnel.saw('connection.closed');
    expect(tunnel.seen.map(({ type }) => type)).toEqual([
      'connection.opened',
      'connection.bytes',
      'connection.closed',
    ]);
  });

  test('a process with the token in its environment need not show it; any other must', async () => {
    const TARGET = `127.0.0.1:${await farServer((socket) => socket.write('hello'))}`;
    const tunnel = await tunnelFor();
    expect(tunnel.storableUrl).not.toContain(new URL(tunnel.url).password);
    const child = await client(tunnel, { TARGET, HTTPS_PROXY: tunnel.url });
    const stranger = await client(tunnel, { TARGET });
    expect(await child.connect()).toBe('200');
    expect(await stranger.connect()).toBe('407');
  });
});

test('a socket is found by its two ports', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000 20 4 30 10 -1
   2: 0100007F:C001 0100007F:1F90 01 00000000:00000000 02:000005A0 00000000  1000        0 333 2 0000 20 4 30 10 -1
   3: 0100007F:C002 0100007F:1F90 06 00000000:00000000 03:000005A0 00000000     0        0 0 3 0000`;
  expect(parseInode(table, 0xc001, 8080)).toBe('333');
  expect(parseInode(table, 0xc002, 8080)).toBeNull();
  expect(parseInode(table, 8080, 1)).toBeNull();
});
