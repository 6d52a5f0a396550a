/** What is asked of the tunnel, over real sockets on loopback. Nothing it asks for leaves the machine. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { startTunnel } from '../../../src/tunnel/proxy.ts';
import { readUpstream } from '../../../src/tunnel/upstream.ts';
import { holds, inChunks, type Target } from '../target.ts';

/** Stands for the tunnel's token in an input, so that inputs can be kept. */
const token = '@TOKEN@';
const ours = `Proxy-Authorization: Basic ${token}\r\n`;
/** A tunnel waits for the rest of a request for ever; whoever asks goes away. */
const patienceMs = 30;
const goneMs = 3_000;

export const tunnel: Target = {
  what: 'what is asked of the tunnel',
  seeds: () =>
    [
      `CONNECT api.anthropic.com:443 HTTP/1.1\r\nHost: api.anthropic.com:443\r\n${ours}\r\n\x16\x03\x01\x00\x05hello`,
      `CONNECT [::1]:443 HTTP/1.1\r\n${ours}\r\n`,
      `POST http://example.test/v1?x=1 HTTP/1.1\r\nHost: example.test\r\n${ours}Content-Length: 5\r\n\r\nhello`,
      `GET http://example.test:81/ HTTP/1.1\r\nHost: x\r\n${ours}\r\nGET http://other.test/ HTTP/1.1\r\nHost: y\r\n\r\n`,
      `GET http://e.test/ HTTP/1.1\r\n${ours}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\nbytes`,
      `PUT http://e.test/ HTTP/1.1\r\n${ours}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    ].map((text) => Buffer.from(text, 'latin1')),
  words: [
    ...[
      ours,
      'CONNECT ',
      ' HTTP/1.1\r\n',
      'HTTP/1.0\r\n',
      '\r\n\r\n',
      'Host: a\r\n',
      'Connection: close\r\n',
      '\r\n',
    ],
    ...[
      'Transfer-Encoding: chunked\r\n',
      'Content-Length: 99\r\n',
      'Content-Length: -1\r\n',
      'Upgrade: h2c\r\n',
      ':99999',
    ],
    ...[
      'http://',
      '[::]',
      'user:pw@',
      '0\r\n\r\n',
      'fffffffff\r\n',
      'Trailer: a\r\n',
      'Proxy-Connection: keep-alive\r\n',
    ],
  ],
  async open() {
    const heard = new Set<Socket>();
    // Every host is behind this proxy, which says one thing to all, so that nobody outside is ever asked.
    const far = createServer((socket) => {
      heard.add(socket);
      socket.on('error', () => {}).on('close', () => heard.delete(socket));
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    });
    far.listen(0, '127.0.0.1');
    await once(far, 'listening');
    const { port } = far.address() as AddressInfo;
    const reading = readUpstream({ HTTPS_PROXY: `http://127.0.0.1:${port}` });
    if (reading.kind !== 'ok') throw new Error(reading.why);
    const options = { api: 'api.anthropic.com:443', maxRetries: 1, backoff: { initialMs: 5, maxMs: 5 } };
    const opened = await startTunnel({ ...options, upstream: reading.upstream });
    const failures: string[] = [];
    opened.onObservation((observation) => {
      if (observation.type === 'sensor.failed') failures.push(observation.detail);
    });
    const { username, password, port: own } = new URL(opened.url);
    const shown = Buffer.from(`${username}:${password}`).toString('base64');
    const ask = async (bytes: Buffer): Promise<string> => {
      const socket = connect({ host: '127.0.0.1', port: Number(own) });
      let answer = '';
      socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
      socket.on('error', () => {});
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      for (const chunk of inChunks(bytes)) socket.write(chunk);
      await Promise.race([closed, pause(patienceMs)]);
      socket.destroy();
      await closed;
      return answer;
    };
    return {
      async read(input) {
        const text = input.toString('latin1').replaceAll(token, shown);
        const answer = await ask(Buffer.from(text, 'latin1'));
        holds(!answer.includes(password), 'the token is told to nobody');
        if (!text.includes(shown))
          holds(!/^HTTP\/1\.1 200/.test(answer), 'nobody gets through without the token');
        for (const until = Date.now() + goneMs; opened.connections().length > 0 && Date.now() < until; )
          await pause(5);
        holds(opened.connections().length === 0, 'a connection goes with whoever asked');
        holds(failures.length === 0, `the tunnel does not fail: ${failures[0]}`);
      },
      async close() {
        await opened.stop();
        for (const socket of heard) socket.destroy();
        far.close();
      },
    };
  },
};
