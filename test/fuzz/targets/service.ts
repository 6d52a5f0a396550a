/** What the tunnel service is asked on its two sockets, and the files in which it keeps its sessions. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, type NetConnectOpts, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ownIdentity } from '../../../src/platform/process-identity.ts';
import { createControl } from '../../../src/service/control.ts';
import { createRouter } from '../../../src/service/router.ts';
import { createSessions, isUser } from '../../../src/service/sessions.ts';
import { canChainTo } from '../../../src/service/tunnels.ts';
import { holds, inChunks, type Target } from '../target.ts';

/** Stands for the session's token in an input, so that inputs can be kept. */
const token = '@TOKEN@';
const user = { api: { host: 'a.test', port: 443, secure: true }, pings: true, proxy: {}, deadlineMs: null };
/** The router waits for the rest of a head; whoever asks goes away. */
const patienceMs = 30;
const answerMs = 3_000;

export const service: Target = {
  what: 'what the tunnel service is asked, and the files of its sessions',
  seeds: () =>
    [
      `CONNECT a.test:443 HTTP/1.1\r\nProxy-Authorization: Basic ${token}\r\n\r\nhello`,
      'CONNECT a.test:443 HTTP/1.1\r\nProxy-Authorization: Basic Z3VhcmQ6YWJj\r\n\r\n',
      JSON.stringify({ type: 'status' }),
      JSON.stringify({ type: 'address', pid: 1, user }),
      JSON.stringify({ token: 'abc', process: { pid: 1, startTime: '1' }, user }),
    ].map((text) => Buffer.from(text)),
  words: [
    'Proxy-Authorization: Basic ',
    '\r\n\r\n',
    'Z3VhcmQ6',
    '"type":"address"',
    '"user":null',
    '"process":{}',
    'null',
  ],
  async open(folder) {
    const files = join(folder, 'sessions');
    mkdirSync(files);
    const sessions = createSessions(files);
    const ours = sessions.add(ownIdentity(), user);
    const shown = Buffer.from(`guard:${ours.token}`).toString('base64');
    let entered = 0;
    const router = createRouter((given, near) => {
      const isKnown = sessions.byToken(given) !== null;
      if (isKnown) near.destroy();
      if (isKnown) entered += 1;
      return isKnown;
    });
    const control = createControl(async (question) => {
      if (question.type === 'status') return { sessions: sessions.all().length };
      return { url: isUser(question.user) && canChainTo(question.user) ? `to ${question.pid}` : null };
    });
    router.listen(0, '127.0.0.1');
    const socketPath = join(folder, 'control');
    control.listen(socketPath);
    await Promise.all([router, control].map((server) => once(server, 'listening')));
    const { port } = router.address() as AddressInfo;
    return {
      async read(input) {
        const text = input.toString('latin1');
        const bytes = Buffer.from(text.replaceAll(token, shown), 'latin1');
        const before = entered;
        await say({ host: '127.0.0.1', port }, bytes, patienceMs);
        holds(entered === before || bytes.includes(shown), 'nobody enters without the token');
        await say({ path: socketPath }, bytes, answerMs);
        const { sessions: known } = JSON.parse(
          await say({ path: socketPath }, Buffer.from('{"type":"status"}'), answerMs),
        ) as { sessions: number };
        holds(known > 0, 'whatever was asked before, the next question is answered');
        writeFileSync(join(files, 'other.json'), input);
        const read = createSessions(files);
        read.sweep(() => false);
        holds(read.byToken(ours.token) !== null, 'a damaged file beside it ends no session');
      },
      async close() {
        await Promise.all([router, control].map(close));
      },
    };
  },
};

/** @returns what came back until the other side ended, or the time was over */
async function say(to: NetConnectOpts, bytes: Buffer, ms: number): Promise<string> {
  const socket = connect({ ...to, allowHalfOpen: true });
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
  socket.on('error', () => {});
  const ended = new Promise<void>((resolve) => socket.once('end', resolve).once('close', () => resolve()));
  for (const chunk of inChunks(bytes)) socket.write(chunk);
  socket.end();
  await Promise.race([ended, pause(ms)]);
  socket.destroy();
  return answer;
}

const close = (server: Server) => new Promise((resolve) => server.close(resolve));
