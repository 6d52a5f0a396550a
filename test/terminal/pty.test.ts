import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { descendants, sample } from '../../src/platform/process-tree.ts';
import { openPty, type Pty, type PtyExit } from '../../src/terminal/pty.ts';

interface Run {
  readonly pty: Pty;
  readonly ended: Promise<{ readonly exit: PtyExit; readonly output: Buffer }>;
  /** Resolves once the output so far contains this. */
  until(text: string): Promise<void>;
}

function run(file: string, ...args: string[]): Run {
  const pty = openPty({
    file,
    args,
    env: { PATH: process.env.PATH, TERM: 'xterm' },
    cwd: '/',
    columns: 80,
    rows: 24,
    generation: 1,
  });
  const chunks: Buffer[] = [];
  const waiting = new Set<() => void>();
  pty.onOutput((chunk) => {
    chunks.push(Buffer.from(chunk));
    for (const check of waiting) check();
  });
  const ended = new Promise<{ exit: PtyExit; output: Buffer }>((resolve) => {
    pty.onExit((exit) => resolve({ exit, output: Buffer.concat(chunks) }));
  });
  const until = (text: string) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!Buffer.concat(chunks).includes(text)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return { pty, ended, until };
}

const sh = (script: string) => run('/bin/sh', '-c', script);

describe('output', () => {
  test('the last bytes before the exit are never lost, and the exit comes after them', async () => {
    for (let round = 0; round < 25; round++) {
      const { exit, output } = await run('/usr/bin/seq', '1', '300000').ended;
      expect(exit).toEqual({ code: 0, signal: null });
      expect(output.length).toBe(2_288_895);
      expect(output.subarray(-8).toString()).toBe('300000\r\n');
    }
  });

  test('a slow reader gets everything too', async () => {
    const { pty, ended, until } = run('/usr/bin/seq', '1', '100000');
    await until('1\r\n');
    const pauses = setInterval(() => {
      pty.pause();
      setTimeout(() => pty.resume(), 5);
    }, 10);
    const { output } = await ended;
    clearInterval(pauses);
    expect(output.toString().split('\r\n')).toEqual([
      ...Array.from({ length: 100_000 }, (_, i) => `${i + 1}`),
      '',
    ]);
  });

  test('what is written while we pause arrives with the exit', async () => {
    const { pty, ended } = sh('printf "one\\n"; sleep 0.2; printf "two\\n"; exit 4');
    pty.pause();
    const { exit, output } = await ended;
    expect(exit.code).toBe(4);
    expect(output.toString()).toBe('one\r\ntwo\r\n');
  });
});

describe('exit', () => {
  test('code', async () => expect((await sh('exit 7').ended).exit).toEqual({ code: 7, signal: null }));
  test('signal, by name', async () =>
    expect((await sh('kill -KILL $$').ended).exit).toEqual({ code: null, signal: 'SIGKILL' }));

  test('a grandchild that keeps the terminal open does not delay it', async () => {
    const began = Date.now();
    const { exit, output } = await sh('trap "" HUP; sleep 20 & echo $!; exit 3').ended;
    process.kill(Number(output.toString()), 'SIGKILL');
    expect(exit.code).toBe(3);
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  test('a grandchild that keeps writing does not delay it', async () => {
    const { exit, output } = await sh(
      'trap "" HUP; (while echo flood; do :; done) & echo pid=$!.; sleep 0.1; exit 3',
    ).ended;
    const pid = Number(/pid=(\d+)\./.exec(output.toString())?.[1]);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // the closed terminal has ended it
    }
    expect(exit.code).toBe(3);
  });

  test('closing our side hangs up on the child', async () => {
    const { pty, ended, until } = sh('echo up; sleep 20');
    await until('up');
    pty.close();
    expect((await ended).exit.signal).toBe('SIGHUP');
  });
});

describe('input', () => {
  const reader = `
import hashlib, os, sys, time, tty
tty.setraw(0)
print("ready", flush=True)
time.sleep(float(sys.argv[1]))
got = hashlib.sha1(); count = 0
while count < int(sys.argv[2]):
    chunk = os.read(0, 65536); count += len(chunk); got.update(chunk)
print(count, got.hexdigest(), flush=True)
`;
  const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff));

  test('a child that does not read: no busy loop, nothing lost when it reads again', async () => {
    const { pty, ended, until } = run('/usr/bin/env', 'python3', '-c', reader, '2.5', String(bytes.length));
    await until('ready');
    const blocked = new Promise<number>((resolve) => pty.onInputBlocked(resolve));
    const drained = new Promise<void>((resolve) => pty.onInputDrained(resolve));
    expect(pty.write(bytes.subarray(0, 400_000))).toBe(true);
    pty.write(bytes.subarray(400_000));
    const before = process.cpuUsage();
    expect(await blocked).toBeGreaterThan(900_000);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(400); // of the second that it took
    await drained;
    const { output } = await ended;
    expect(output.toString()).toContain(`${bytes.length} ${createHash('sha1').update(bytes).digest('hex')}`);
  });

  test('the source must hold back more than anybody pastes', async () => {
    const { pty, until } = sh('echo ready; sleep 10');
    await until('ready');
    expect(pty.write(Buffer.alloc(17_000_000, 'x'))).toBe(false);
    pty.kill('SIGKILL');
  });

  test('writing to a child that is gone does nothing', async () => {
    const { pty, ended } = sh('exit 0');
    await ended;
    expect(pty.write(Buffer.from('x'))).toBe(true);
    pty.resize(10, 10);
    pty.kill('SIGTERM');
    pty.close();
  });
});

test('the size is the one asked for, and changes', async () => {
  const { pty, ended, until } = sh(
    'stty size; trap "stty size; exit" WINCH; echo waiting; while :; do sleep 0.05; done',
  );
  await until('waiting');
  pty.resize(132, 43);
  expect((await ended).output.toString().replace('waiting\r\n', '')).toBe('24 80\r\n43 132\r\n');
});

test('a child takes keys one by one once it has switched its terminal over', async () => {
  const { pty, ended, until } = sh('echo cooked; read -r line; stty raw; echo raw; exec sleep 60');
  await until('cooked');
  expect(pty.takesKeys()).toBe(false);
  pty.write(Buffer.from('\n'));
  await until('raw');
  expect(pty.takesKeys()).toBe(true);
  pty.kill('SIGKILL');
  await ended;
});

test('a wrapper’s child that was stopped is let run on', async () => {
  const { pty, ended, until } = sh("sh -c 'kill -STOP $$; echo on'; exit");
  const isStopped = () => descendants(pty.pid).some(({ pid }) => sample(pid)?.state === 'T');
  while (!isStopped()) await new Promise((resolve) => setTimeout(resolve, 20));
  pty.kill('SIGCONT');
  await until('on');
  await ended;
});
