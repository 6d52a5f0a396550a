/**
 * One measurement each, from outside: in a pseudo-terminal of our own, by what arrives there and when. The agent says
 * `R` when it is ready; what it then does depends on BENCH.
 */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { sample } from '../../../src/platform/process-tree.ts';
import { openPty, type Pty } from '../../../src/terminal/pty.ts';
import type { Contender } from './contenders.ts';
import { cpuMsOf } from './usage.ts';

/**
 * The agent: `echo` gives back each key, `flood` prints a file on the first key; `boot` says something only after a
 * quarter of a second, the time that 2.1.329 takes to its first byte.
 */
export const agentScript = `#!/bin/sh
[ "$1" = --version ] && { echo '2.1.329 (Claude Code)'; exit; }
stty raw -echo
[ "$BENCH" = boot ] && sleep 0.25
printf R
[ "$BENCH" = flood ] && { head -c 1 > /dev/null; exec cat "$BENCH_FILE"; }
exec cat
`;

/** Runs node for nothing, and then the agent: what a call that is handed on costs at least. */
export const floorScript = (agent: string): string =>
  `#!/bin/sh\n'${process.execPath}' -e 0\nexec '${agent}' "$@"\n`;

/** A contender that reached the agent, and the clock of its bytes. */
interface Session {
  readonly pty: Pty;
  readonly firstByteMs: number;
  /** Resolves when this many more bytes have come. */
  receive(bytes: number): Promise<void>;
  end(): Promise<void>;
}

/** The rest of a guard loads after the agent has started; only then is it what it will be all day. */
const warmUpMs = 1_500;

/** Nothing has happened for so long that the guard rests. */
const restsAfterMs = 20_000;

async function open(contender: Contender, env: Readonly<Record<string, string>>): Promise<Session> {
  const [file = '', ...args] = contender.command;
  const began = performance.now();
  const pty = openPty({
    file,
    args,
    env: { PATH: process.env.PATH, HOME: '/nonexistent', TERM: 'xterm-256color', ...contender.env, ...env },
    cwd: '/',
    columns: 120,
    rows: 40,
    generation: 1,
  });
  let missing = 0;
  let received = (): void => {};
  let ready = (_atMs: number): void => {};
  let isReady = false;
  const exited = new Promise<void>((resolve) => pty.onExit(() => resolve()));
  const firstByte = new Promise<number>((resolve) => {
    ready = resolve;
  });
  pty.onOutput((chunk) => {
    if (!isReady) {
      if (!chunk.includes('R')) return;
      isReady = true;
      ready(performance.now() - began);
      return;
    }
    missing -= chunk.length;
    if (missing <= 0) received();
  });
  const firstByteMs = await firstByte;
  return {
    pty,
    firstByteMs,
    receive(bytes) {
      missing = bytes;
      return new Promise((resolve) => {
        received = resolve;
      });
    },
    async end() {
      pty.kill('SIGTERM');
      const late = setTimeout.bind(null, () => pty.kill('SIGKILL'), 3_000)();
      await exited;
      clearTimeout(late);
    },
  };
}

/** Milliseconds from the start of the command to the agent's first byte. */
export async function firstByte(contender: Contender, agent: 'boot' | 'echo'): Promise<number> {
  const session = await open(contender, { BENCH: agent });
  await session.end();
  return session.firstByteMs;
}

/** Between two keys: at no fixed pace, or one and the same timer of a contender's would be met each time. */
const pauseMs = (key: number): number => 5 + ((key * 7) % 23);

/** Milliseconds from a key to its echo, one by one. */
export async function echoes(contender: Contender, keys: number): Promise<readonly number[]> {
  const session = await open(contender, { BENCH: 'echo' });
  await sleep(warmUpMs);
  const times: number[] = [];
  for (let key = 0; key < keys; key++) {
    const began = performance.now();
    const echo = session.receive(1);
    session.pty.write(Buffer.from('x'));
    await echo;
    times.push(performance.now() - began);
    await sleep(pauseMs(key));
  }
  await session.end();
  return times;
}

/** Bytes per millisecond from the key that starts the flood to its last byte. */
export async function flood(contender: Contender, file: string, bytes: number): Promise<number> {
  const session = await open(contender, { BENCH: 'flood', BENCH_FILE: file });
  await sleep(warmUpMs);
  const began = performance.now();
  const all = session.receive(bytes);
  session.pty.write(Buffer.from('x'));
  await all;
  const tookMs = performance.now() - began;
  await session.end();
  return bytes / tookMs;
}

/** Milliseconds that `--version` takes, with pipes: nothing is to be guarded. */
export function execCall({ command, env }: Contender): number {
  const [file = '', ...args] = command;
  const began = performance.now();
  spawnSync(file, [...args, '--version'], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
    cwd: '/',
  });
  return performance.now() - began;
}

export interface Idle {
  readonly cpuMsPerS: number;
  readonly rssMib: number;
}

/** What the process uses while nothing happens. Linux only. */
export async function idle(contender: Contender, forMs: number): Promise<Idle> {
  const session = await open(contender, { BENCH: 'echo' });
  await sleep(restsAfterMs);
  const before = cpuMsOf(session.pty.pid);
  await sleep(forMs);
  const cpuMsPerS = ((cpuMsOf(session.pty.pid) - before) / forMs) * 1_000;
  const rssMib = (sample(session.pty.pid)?.rssBytes ?? 0) / 1_048_576;
  await session.end();
  return { cpuMsPerS, rssMib };
}
