import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commandLine, environmentOf } from '../../src/platform/process-table.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';
import { guardBin } from '../support/places.ts';
import { openRawTerminal } from '../support/raw-terminal.ts';

const guard = guardBin;

/** A server that answers with what it gets. */
async function echo(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // the relay resets what is open when it ends
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

/** What comes back through the proxy; the error where nothing does. */
async function through(proxy: URL, port: number): Promise<string> {
  const socket = connect(Number(proxy.port), proxy.hostname);
  const credentials = Buffer.from(`${proxy.username}:${proxy.password}`).toString('base64');
  try {
    await once(socket, 'connect');
    socket.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`);
    const [head] = await once(socket, 'data');
    socket.write('hello');
    const [answer] = await once(socket, 'data');
    return `${String(head).split('\r\n')[0]} ${String(answer)}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
}

/** A guard over a little agent that names its proxy. */
async function guarded(script: string) {
  const folder = temporaryFolder();
  const text = `#!/bin/sh\n[ "$1" = --version ] && { echo '2.1.329 (Claude Code)'; exit; }\n${script}\n`;
  const agent = writeScript(join(folder, 'agent'), text);
  const env = {
    HOME: folder,
    GUARDED_CLAUDE_COMMAND: agent,
    XDG_STATE_HOME: folder,
    XDG_CONFIG_HOME: folder,
    RELAY_TEST: folder,
  };
  const terminal = openRawTerminal([process.execPath, guard], { env, cwd: folder });
  const own = () => processesMarkedBy('RELAY_TEST', folder);
  onTestFinished(() => {
    for (const { pid } of own()) process.kill(pid, 'SIGKILL');
  });
  await terminal.waitFor(/proxy=[^;]+;/);
  return { terminal, own, proxy: new URL(/proxy=([^;]+);/.exec(terminal.output())?.[1] ?? '') };
}

const hasToken = (pid: number, { password }: URL) =>
  environmentOf(pid).some((word) => word.includes(password));

const answered = 'HTTP/1.1 200 Connection established hello';

describe.runIf(process.platform === 'linux')('the address of the tunnel', () => {
  test('goes with the guard if nobody needs it', async () => {
    const port = await echo();
    const { terminal, proxy } = await guarded('printf "proxy=$HTTPS_PROXY;"; exec sleep 60');
    expect(await through(proxy, port)).toBe(answered);
    terminal.pty.kill('SIGTERM');
    await terminal.exited;
    await expect.poll(() => through(proxy, port), { timeout: 15_000 }).toBe('ECONNREFUSED');
  });

  test('outlives the guard for as long as what was started with it needs it', async () => {
    const port = await echo();
    const { terminal, proxy, own } = await guarded(
      '(setsid sleep 60 &); printf "proxy=$HTTPS_PROXY;"; exec sleep 61',
    );
    terminal.pty.kill('SIGTERM');
    await terminal.exited;
    expect(await through(proxy, port)).toBe(answered);
    const user = own().find(({ pid }) => hasToken(pid, proxy));
    expect(commandLine(user?.pid ?? 0)).toEqual(['sleep', '60']);
    process.kill(user?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => through(proxy, port), { timeout: 25_000 }).toBe('ECONNREFUSED');
  });

  test('outlives a guard that is killed, if a background service was seen', async () => {
    const port = await echo();
    const { terminal, proxy, own } = await guarded(
      'echo "sleep 60" >claude; setsid sh claude daemon run & printf "proxy=$HTTPS_PROXY;"; exec sleep 61',
    );
    const relayRuns = () =>
      own().some(({ pid }) => commandLine(pid).some((word) => word.endsWith('/relay.js')));
    await expect.poll(relayRuns, { timeout: 15_000 }).toBe(true);
    expect(await through(proxy, port)).toBe(answered); // by the guard, which has gone on: the relay has its order
    terminal.pty.kill('SIGKILL');
    await terminal.exited;
    expect(await through(proxy, port)).toBe(answered);
  });
});
