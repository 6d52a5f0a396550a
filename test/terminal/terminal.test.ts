import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { fixture } from '../support/places.ts';
import { openRawTerminal } from '../support/raw-terminal.ts';

const guard = join(import.meta.dirname, '../support/mini-guard.js');
const recorder = fixture('terminal', 'recorder.js');
const underGuard = (...command: string[]) => [process.execPath, guard, ...command];

/** All byte values, split UTF-8, paste, mouse, kitty keys, answers of a terminal. 0xff ends the recorder. */
const everything = Buffer.concat([
  Buffer.from(Array.from({ length: 255 }, (_, byte) => byte)),
  Buffer.from(
    'é✻𝄞日本\x1b[200~pasted\r\ntext\x03\x1a\x1b[201~\x1b[<35;12;7M\x1b[M !!\x1b[122;5u\x1b[?62;22c\x1b]11;rgb:00/00/00\x1b\\',
  ),
]);

describe('bytes', () => {
  test('from the person reach the agent untouched, however they are split', async () => {
    const record = join(temporaryFolder(), 'record');
    const terminal = openRawTerminal(underGuard(process.execPath, recorder), { env: { RECORD: record } });
    await terminal.waitFor('ready;');
    // Ctrl+Z among them makes the guard look for a suspended agent; there is none, and nothing must happen.
    for (let at = 0; at < everything.length; at += 7) terminal.write(everything.subarray(at, at + 7));
    terminal.write(Buffer.of(0xff));
    expect(await terminal.exited).toEqual({ code: 0, signal: null });
    expect(readFileSync(record)).toEqual(Buffer.concat([everything, Buffer.of(0xff)]));
  });

  test.each([1, 3, 4096])('from the agent reach the person untouched, in pieces of %i', async (piece) => {
    const folder = temporaryFolder();
    // Line feeds are the one thing that a terminal's output processing changes; the agent's own terminal does so once.
    const sent = Buffer.concat([everything, Buffer.from('line\n\x1b]0;title\x07\x1bPq#0\x1b\\')]);
    writeFileSync(join(folder, 'emit'), sent);
    const env = { RECORD: join(folder, 'record'), EMIT: join(folder, 'emit'), PIECE: String(piece) };
    const run = async (command: readonly string[]) => {
      const terminal = openRawTerminal(command, { env });
      await terminal.waitFor(';emitted');
      terminal.write(Buffer.of(0xff));
      await terminal.exited;
      return terminal.outputBytes();
    };
    expect(await run(underGuard(process.execPath, recorder))).toEqual(
      await run([process.execPath, recorder]),
    );
  });

  test.each([
    ['with the agent', {}, false],
    ['kept back', { MINI_GUARD_HOLD: '1' }, true],
  ])('from the person are reported, %s', async (_, more, kept) => {
    const log = join(temporaryFolder(), 'log');
    const env = { RECORD: join(temporaryFolder(), 'record'), MINI_GUARD_LOG: log, ...more };
    const terminal = openRawTerminal(underGuard(process.execPath, recorder), { env });
    await terminal.waitFor('ready;');
    terminal.write(Buffer.from('a'));
    const seen = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
    await expect.poll(() => seen().find((line) => line.includes('"input"'))).toBeDefined();
    const [input] = seen()
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === 'input');
    expect(input).toEqual({ type: 'input', kind: 'text', bytes: 1, ...(kept && { kept: true }) });
    terminal.pty.kill('SIGTERM');
    await terminal.exited;
  });

  test('a paste of a megabyte arrives whole', async () => {
    const record = join(temporaryFolder(), 'record');
    const terminal = openRawTerminal(underGuard(process.execPath, recorder), { env: { RECORD: record } });
    await terminal.waitFor('ready;');
    const paste = Buffer.from(`\x1b[200~${'pasted line ✻\n'.repeat(66_000)}\x1b[201~`);
    terminal.write(paste);
    terminal.write(Buffer.of(0xff));
    await terminal.exited;
    expect(readFileSync(record).equals(Buffer.concat([paste, Buffer.of(0xff)]))).toBe(true);
  });

  test('the last output before the exit is not lost', async () => {
    for (let round = 0; round < 10; round++) {
      const terminal = openRawTerminal(underGuard('/usr/bin/seq', '1', '100000'));
      expect(await terminal.exited).toEqual({ code: 0, signal: null });
      expect(terminal.output().slice(-8)).toBe('100000\r\n');
      expect(terminal.output()).toHaveLength(688_895);
    }
  });
});

test('size changes reach the agent', async () => {
  const terminal = openRawTerminal(underGuard(process.execPath, recorder), {
    env: { RECORD: join(temporaryFolder(), 'record') },
  });
  await terminal.waitFor('ready;');
  terminal.pty.resize(101, 31);
  await terminal.waitFor('size 101x31;');
  terminal.write(Buffer.of(0xff));
  await terminal.exited;
});

describe('a side that does not keep up', () => {
  const log = (folder: string) => {
    try {
      return readFileSync(join(folder, 'log'), 'utf8');
    } catch {
      return '';
    }
  };
  /** Time on a processor, user and system; a clock tick is 10 ms. */
  function cpuMsOf(pid: number): number {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }
  const rssOf = (pid: number) =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;

  test.runIf(process.platform === 'linux')(
    'a terminal that takes nothing of a flood of 50 MB: memory stays bounded',
    async () => {
      const folder = temporaryFolder();
      const flood = ['/bin/sh', '-c', 'echo begin; head -c 50000000 /dev/zero | tr "\\0" x; echo; echo end'];
      const terminal = openRawTerminal(underGuard(...flood), {
        env: { MINI_GUARD_LOG: join(folder, 'log') },
      });
      await terminal.waitFor('begin');
      const before = rssOf(terminal.pty.pid);
      terminal.pty.pause();
      await expect.poll(() => log(folder), { timeout: 10_000 }).toContain('terminal.blocked');
      expect(rssOf(terminal.pty.pid) - before).toBeLessThan(20_000_000);
      terminal.pty.resume();
      let highest = 0;
      const watch = setInterval(() => {
        try {
          highest = Math.max(highest, rssOf(terminal.pty.pid));
        } catch {
          // it has ended
        }
      }, 50);
      expect(await terminal.exited).toEqual({ code: 0, signal: null });
      clearInterval(watch);
      expect(terminal.outputBytes().length).toBe(50_000_000 + 'begin\r\n\r\nend\r\n'.length);
      expect(highest).toBeLessThan(150_000_000);
      expect(log(folder)).toContain('terminal.drained');
    },
  );

  test('a terminal that keeps taking a little is slow, and not reported as blocked', async () => {
    const sipBytes = 65_536;
    /** Reads in small sips; the longest time without one. */
    const play = async () => {
      const folder = temporaryFolder();
      const flood = ['/bin/sh', '-c', 'echo begin; head -c 1500000 /dev/zero | tr "\\0" x; echo end'];
      const terminal = openRawTerminal(underGuard(...flood), {
        env: { MINI_GUARD_LOG: join(folder, 'log') },
      });
      await terminal.waitFor('begin');
      let [lastAt, maxMs, sips, taken] = [performance.now(), 0, 0, 0];
      terminal.pty.onOutput((chunk) => {
        taken += chunk.length;
        if (taken < sipBytes) return;
        taken = 0;
        maxMs = Math.max(maxMs, performance.now() - lastAt);
        lastAt = performance.now();
        sips += 1;
        terminal.pty.pause();
        setTimeout(() => terminal.pty.resume(), 100);
      });
      await terminal.exited;
      expect(sips).toBeGreaterThan(10);
      return { maxMs, told: log(folder).includes('terminal.blocked') };
    };
    for (let round = 0; ; round++) {
      const { maxMs, told } = await play();
      if (maxMs > 300 && round < 5) continue; // a machine so busy that this terminal did stop
      expect(told).toBe(false);
      return;
    }
  });

  test('an agent that does not read: the person’s bytes wait, and this is reported', async () => {
    const folder = temporaryFolder();
    const agent =
      'import os,time,tty; tty.setraw(0); print("ready;", flush=True); time.sleep(2); n=0\nwhile n<200001: n+=len(os.read(0,65536))\nprint("all", n, flush=True)';
    const terminal = openRawTerminal(underGuard('/usr/bin/env', 'python3', '-c', agent), {
      env: { MINI_GUARD_LOG: join(folder, 'log') },
    });
    await terminal.waitFor('ready;');
    terminal.write(`${'x'.repeat(200_000)}!`);
    await terminal.waitFor('all 200001');
    await terminal.exited;
    expect(log(folder)).toMatch(/"input.blocked","pendingBytes":\d+/);
    expect(log(folder)).toContain('input.drained');
  });

  test.runIf(process.platform === 'linux')(
    'an agent that does not read for a long time: Ctrl+C after a paste is noticed, the guard rests, and everything arrives',
    async () => {
      const folder = temporaryFolder();
      const record = join(folder, 'record');
      const paste = Buffer.from(`\x1b[200~${'pasted line ✻\n'.repeat(16_500)}\x1b[201~\x03`);
      expect(paste.length).toBeGreaterThan(262_144);
      const agent = `import os,sys,time,tty
tty.setraw(0); print("ready;", flush=True)
while not os.path.exists("${folder}/go"): time.sleep(0.05)
got=b""
while len(got)<${paste.length}: got+=os.read(0,65536)
open("${record}","wb").write(got); print("all", flush=True)`;
      const terminal = openRawTerminal(underGuard('/usr/bin/env', 'python3', '-c', agent), {
        env: { MINI_GUARD_LOG: join(folder, 'log') },
      });
      await terminal.waitFor('ready;');
      terminal.write(paste);
      await expect.poll(() => log(folder), { timeout: 10_000 }).toContain('"kind":"interrupt"');
      await expect.poll(() => log(folder), { timeout: 10_000 }).toContain('input.blocked');
      const before = cpuMsOf(terminal.pty.pid);
      await pause(4_000);
      expect(cpuMsOf(terminal.pty.pid) - before).toBeLessThan(400); // a guard that spins takes ten times as much
      writeFileSync(join(folder, 'go'), '');
      await terminal.waitFor('all');
      await terminal.exited;
      expect(readFileSync(record).equals(paste)).toBe(true);
    },
  );
});

describe('the title', () => {
  test("ours stays above the agent's own", async () => {
    const terminal = openRawTerminal(
      underGuard(
        '/bin/sh',
        '-c',
        'printf "\\033]0;one\\007"; sleep 0.3; printf "text\\033]0;two\\007"; sleep 0.3',
      ),
      { env: { MINI_GUARD_TITLE: 'lost\x07, retrying' } },
    );
    await terminal.exited;
    const titles = [...terminal.output().matchAll(/\x1b\]0;([^\x07]*)\x07/g)].map((match) => match[1]);
    expect(titles.slice(0, 5)).toEqual([
      'lost , retrying',
      'one',
      'lost , retrying',
      'two',
      'lost , retrying',
    ]);
  });

  test('is never written inside a sequence or a character', async () => {
    const terminal = openRawTerminal(
      underGuard(
        '/bin/sh',
        '-c',
        'printf "\\033]0;a\\007\\033[3"; sleep 0.3; printf "1m\\342\\234"; sleep 0.3; printf "\\273"; sleep 0.2',
      ),
      { env: { MINI_GUARD_TITLE: 'T' } },
    );
    await terminal.exited;
    expect(terminal.outputBytes().toString()).toContain('\x1b[31m✻\x1b]0;T');
  });
});
