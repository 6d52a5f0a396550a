import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openTerminal } from '../../src/drill/outer-terminal.ts';
import { sample } from '../../src/platform/process-tree.ts';
import { createJob } from '../../src/terminal/job.ts';
import type { Pty } from '../../src/terminal/pty.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fixture } from '../support/places.ts';
import { openRawTerminal } from '../support/raw-terminal.ts';

const guard = join(import.meta.dirname, '../support/mini-guard.js');
const agent = fixture('terminal', 'full-screen.js');
const underGuard = (...command: string[]) => [process.execPath, guard, ...command];

/** Pid of the first child: the agent is the guard's only one. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

describe.runIf(process.platform === 'linux')('job control in a real shell', () => {
  function shell(env: Record<string, string> = {}) {
    const folder = temporaryFolder();
    const terminal = openTerminal({
      command: '/bin/bash',
      args: ['--norc', '--noprofile'],
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? '',
        TERM: 'xterm-256color',
        PS1: 'prompt> ',
        MINI_GUARD_LOG: join(folder, 'log'),
        ...env,
      },
    });
    onTestFinished(() => terminal.kill());
    return { terminal, log: () => readFileSync(join(folder, 'log'), 'utf8') };
  }
  const start = `${underGuard(process.execPath, agent).join(' ')}\r`;

  test.each([
    ['stops itself, as 2.1.42 does', 'stop'],
    ['only waits for SIGCONT, as 2.1.329 does', 'wait'],
  ])('Ctrl+Z and fg with an agent that %s', async (_, suspend) => {
    const { terminal, log } = shell({ SUSPEND: suspend });
    await terminal.waitFor('prompt>');
    terminal.write(start);
    await terminal.waitFor('painted');
    expect(terminal.text()).toBe('painted');
    terminal.write('\x1a');
    await terminal.waitFor(/Stopped[\s\S]*prompt>/);
    terminal.write('stty -a | grep -o " icanon\\| opost\\| echo "\r');
    await terminal.waitFor(/icanon\s+echo\s+prompt|opost/);
    terminal.write('fg\r');
    await terminal.waitFor(/^back$/m);
    terminal.write('key');
    await terminal.waitFor('got key');
    terminal.write('q');
    await terminal.waitFor(/^prompt> $|prompt>$/m);
    expect(log()).toContain('terminal.suspended');
    expect(log()).toContain('terminal.continued');
  });

  test('a terminal that changes its size while the shell has it: after fg, the agent has the new one', async () => {
    const session = shell({ SUSPEND: 'wait' });
    const { terminal } = session;
    await terminal.waitFor('prompt>');
    terminal.write(start);
    await terminal.waitFor('painted');
    terminal.write('\x1a');
    await terminal.waitFor(/Stopped[\s\S]*prompt>/);
    terminal.resize(101, 31);
    terminal.write('fg\r');
    await terminal.waitFor(/^(back|repainted)/m);
    terminal.write('s');
    await terminal.waitFor('size 101x31');
  });

  test.each([
    ['Ctrl+Z', '\x1a', ''],
    ['Ctrl+Z and bg', '\x1a', 'bg\r'],
    ['kill -TSTP', null, ''],
  ])('a job that was stopped by %s ends when it is told to', async (_, key, command) => {
    const { terminal } = shell({ SUSPEND: 'wait' });
    await terminal.waitFor('prompt>');
    terminal.write(start);
    await terminal.waitFor('painted');
    const job = childOf(terminal.pid);
    const agentPid = childOf(job);
    if (key === null) process.kill(job, 'SIGTSTP');
    else terminal.write(key);
    await terminal.waitFor(/Stopped[\s\S]*prompt>/);
    terminal.write(command);
    await pause(300);
    terminal.write('kill %1\r');
    await expect.poll(() => sample(agentPid)).toBeNull();
    await expect.poll(() => sample(job)).toBeNull();
    terminal.write('fg; echo over\r');
    await terminal.waitFor(/^over/m);
    expect(terminal.text().match(/echo over/g)).toHaveLength(1); // the shell's line editor shows what is typed, nobody else
  });

  /** Longer than the guard looks at a process that is not heard of. */
  const longMs = 4_000;

  /** The shell has the terminal, and `fg` brings the agent back. */
  async function expectSuspended({ terminal }: ReturnType<typeof shell>) {
    await terminal.waitFor(/Stopped[\s\S]*prompt>/);
    terminal.write('fg\r');
    await terminal.waitFor(/^back$/m);
  }

  test.each([
    ['Ctrl+Z alone', ['\x1a']],
    ['Ctrl+Z twice', ['\x1a', '\x1a']],
    ['Ctrl+Z, and a command for the shell', ['\x1a', 'l', 's', '\r']],
  ])('an agent that hangs for seconds and obeys then: %s', async (_name, keys) => {
    const session = shell({ SUSPEND: 'wait', HANG: String(longMs) });
    const { terminal } = session;
    await terminal.waitFor('prompt>');
    terminal.write(start);
    await terminal.waitFor('painted');
    terminal.write('h');
    await terminal.waitFor('hangs');
    for (const key of keys) terminal.write(key);
    await expectSuspended(session);
  });

  test('keys that are held for seconds: the agent gets its Ctrl+Z only then', async () => {
    const session = shell({ SUSPEND: 'wait', MINI_GUARD_HOLDS: String(longMs) });
    const { terminal } = session;
    await terminal.waitFor('prompt>');
    terminal.write(start);
    await terminal.waitFor('painted');
    terminal.write('\x1a');
    await expectSuspended(session);
  });

  test('an agent that does not obey, and opens an editor later, is not stopped', async () => {
    const { terminal, log } = shell({ SUSPEND: 'never' });
    await terminal.waitFor('prompt>');
    terminal.write(start);
    await terminal.waitFor('painted');
    terminal.write('\x1a');
    for (const key of 'abc') {
      await pause(1_200);
      terminal.write(key);
      await terminal.waitFor(new RegExp(`got .*${key}`));
    }
    terminal.write('e');
    await terminal.waitFor('editor');
    await pause(1_000);
    expect(terminal.text()).not.toContain('Stopped');
    expect(log()).not.toContain('terminal.suspended');
  });

  test('kill -TSTP: the terminal is given back, then taken back with the modes as they were', async () => {
    const { terminal } = shell();
    await terminal.waitFor('prompt>');
    terminal.write(start);
    await terminal.waitFor('painted');
    const job = childOf(terminal.pid);
    process.kill(job, 'SIGTSTP');
    await terminal.waitFor(/Stopped[\s\S]*prompt>/);
    await expect.poll(() => sample(childOf(job))?.state).toBe('T');
    terminal.write('fg\r');
    await terminal.waitFor(/^repainted$/); // on the alternate screen again: nothing of the shell's is to be seen
    await expect.poll(() => sample(childOf(job))?.state).not.toBe('T');
  });
});

describe('SIGTSTP from outside', () => {
  function job() {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true); // nobody stops this process
    const written: string[] = [];
    const pty = () => ({ pid: 0, kill() {}, resize() {} }) as unknown as Pty;
    let agent: Pty | null = pty();
    let flushed = () => {};
    const job = createJob({
      agent: () => agent,
      modesOff: () => false,
      lastOutputAt: () => 0,
      putModesAside() {
        written.push('undo');
        return () => void written.push('redo');
      },
      flush: () =>
        new Promise((resolve) => {
          flushed = resolve;
        }),
      giveBack: () => void written.push('give back'),
      takeBack: () => void written.push('take back'),
      isEnding: () => false,
    });
    job.start();
    onTestFinished(() => {
      job.stop();
      kill.mockRestore();
    });
    return {
      written,
      stop: () => void process.emit('SIGTSTP'),
      flush: () => flushed(),
      detach: () => {
        agent = null;
      },
      goOn: async () => {
        await pause(0);
        process.emit('SIGCONT');
        await expect.poll(() => written).toContain('take back');
        await pause(0);
      },
    };
  }

  test('twice, before the job stops: the modes are undone once, and switched on again once', async () => {
    const { written, stop, flush, goOn } = job();
    stop();
    stop();
    flush();
    await goOn();
    expect(written).toEqual(['undo', 'give back', 'take back', 'redo']);
    stop(); // and the next one counts again
    expect(written.at(-1)).toBe('undo');
  });

  test('the modes of an agent that is gone by then are not switched on again', async () => {
    const { written, stop, flush, detach, goOn } = job();
    stop();
    flush();
    detach();
    await goOn();
    expect(written).toEqual(['undo', 'give back', 'take back']);
  });
});

describe('signals', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    '%s goes to the agent, its exit code to the caller',
    async (name) => {
      const terminal = openRawTerminal(underGuard(process.execPath, agent));
      await terminal.waitFor('painted');
      terminal.pty.kill(name);
      const codes = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129, SIGQUIT: 131 };
      expect(await terminal.exited).toEqual({ code: codes[name], signal: null });
    },
  );

  test('an agent that is killed leaves no mode behind', async () => {
    const terminal = openRawTerminal(underGuard(process.execPath, agent));
    await terminal.waitFor('painted');
    const before = terminal.output();
    process.kill(childOf(terminal.pty.pid), 'SIGKILL');
    expect(await terminal.exited).toEqual({ code: 137, signal: null });
    expect(terminal.output().slice(before.length)).toBe(
      '\x1b[m\x1b[<1u\x1b[?1049l\x1b[?1006l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[?25h\x1b[>4m\x1b]0;\x07',
    );
  });

  test('an agent that ends well and leaves bracketed paste on, as 1.0.56 does: only its title stays', async () => {
    const agent = 'printf "\\033]0;done\\007\\033[?2004h\\033[?25lbye"';
    const terminal = openRawTerminal(underGuard('/bin/sh', '-c', agent));
    expect(await terminal.exited).toEqual({ code: 0, signal: null });
    expect(terminal.output()).toMatch(/bye\x1b\[m\x1b\[\?2004l\x1b\[\?25h$/);
  });

  test('a terminal that goes away takes the agent with it', async () => {
    const terminal = openRawTerminal(underGuard(process.execPath, agent));
    await terminal.waitFor('painted');
    const pid = childOf(terminal.pty.pid);
    terminal.pty.close();
    await terminal.exited;
    await expect.poll(() => sample(pid)?.state ?? 'gone').toMatch(/gone|Z/);
  });

  test('a guard that is killed takes the agent with it', async () => {
    const terminal = openRawTerminal(underGuard(process.execPath, agent));
    await terminal.waitFor('painted');
    const pid = childOf(terminal.pty.pid);
    terminal.pty.kill('SIGKILL');
    await terminal.exited;
    await expect.poll(() => sample(pid)?.state ?? 'gone').toMatch(/gone|Z/);
  });
});
