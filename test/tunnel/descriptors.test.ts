/** A guard that has no file descriptor left: the agent is told, so that it can try again, and so is the person. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { built } from '../support/places.ts';
import { askFor, listen } from './support.ts';

/**
 * A tunnel in a process of its own, which takes all its descriptors but one per connection that it is told to expect.
 */
const program = (api: string) => `
  const { startTunnel } = await import('${built('modules/src/tunnel/proxy.js')}');
  await import('${built('modules/src/tunnel/front.js')}');
  const { closeSync, openSync } = await import('node:fs');
  const upstream = { routeFor: () => null };
  const backoff = { initialMs: 10, maxMs: 20 };
  const tunnel = await startTunnel({ upstream, api: '${api}', maxRetries: 2, backoff });
  const say = (told) => console.log(JSON.stringify(told));
  tunnel.onObservation(say);
  const taken = [];
  process.stdin.on('data', () => {
    try { for (;;) taken.push(openSync('/dev/null')); } catch {}
    closeSync(taken.pop());
    say({ type: 'full' });
  });
  process.stdin.on('end', () => process.exit());
  say({ type: 'url', url: tunnel.url });
`;

async function exhausted(host: string) {
  const port = await listen(createServer((socket) => void socket.on('error', () => {})));
  const api = `${host}:${port}`;
  const node = [process.execPath, '--input-type=module', '-e', program(api)];
  const child = spawn('sh', ['-c', 'ulimit -n 64; exec "$@"', 'sh', ...node], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const told: (Observation | { readonly type: 'url' | 'full'; readonly url?: string })[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => told.push(JSON.parse(line)));
  await expect.poll(() => told[0]?.type, { timeout: 60_000 }).toBe('url');
  const [first] = told;
  const url = first?.type === 'url' ? (first.url ?? '') : '';
  child.stdin.write('now');
  await expect.poll(() => told[1]?.type, { timeout: 60_000 }).toBe('full');
  return { url, api, told };
}

// A name lookup without a descriptor says that there is no such name.
test.each(['127.0.0.1', 'localhost'])(
  'a connection to %s is refused at once, with one warning',
  async (host) => {
    const { url, api, told } = await exhausted(host);
    for (let time = 0; time < 2; time++) {
      const { status, head, socket } = await askFor({ url }, api);
      expect({ status, head }).toMatchObject({ status: 502 });
      socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, 100)); // its descriptor is given back
    }
    await expect.poll(() => told.filter(({ type }) => type === 'connection.failed')).toHaveLength(2);
    expect(told.filter(({ type }) => type === 'connection.waiting')).toEqual([]);
    expect(told.filter(({ type }) => type === 'sensor.failed')).toHaveLength(1);
  },
);
