/** What the agent has written reaches a slow terminal after the agent's end, too. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openTerminal } from '../../src/drill/outer-terminal.ts';
import { sample } from '../../src/platform/process-tree.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';
import { guarded } from '../support/little-agent.ts';
import { guardBin } from '../support/places.ts';

/** More than the kernel keeps for a terminal, less than the guard lets wait. */
const repaint = 'head -c 60000 /dev/zero | tr "\\0" x';
const modesOn = 'printf "\\033[?1049h\\033[?2004h\\033[>1u"';
const modesOff = '\x1b[m\x1b[<1u\x1b[?1049l\x1b[?2004l';

describe.runIf(process.platform === 'linux')('a terminal that takes nothing when the agent ends', () => {
  async function stalled() {
    const played = await guarded(
      `${modesOn}; printf "pid=$$;"; until [ -e go ]; do sleep 0.05; done; ${repaint}; echo; echo end; touch over`,
    );
    const { terminal, folder, agentPid } = played;
    terminal.pty.pause();
    writeFileSync(join(folder, 'go'), '');
    await expect.poll(() => existsSync(join(folder, 'over')) && sample(agentPid)).toBeNull();
    return played;
  }

  test('and takes it seconds later gets everything, and the modes are undone', async () => {
    const { terminal } = await stalled();
    await pause(3_000);
    terminal.pty.resume();
    expect(await terminal.exited).toEqual({ code: 0, signal: null });
    const output = terminal.output();
    expect(output.match(/x+\r\nend\r\n/)?.[0]).toHaveLength(60_000 + '\r\nend\r\n'.length);
    expect(output.slice(output.indexOf('end\r\n'))).toContain(modesOff);
  });

  test('does not keep a guard that is told to go', async () => {
    const { terminal } = await stalled();
    await pause(2_000);
    terminal.pty.kill('SIGTERM');
    expect(await terminal.exited).toEqual({ code: 143, signal: null });
  });
});

/** The shell above the guard waits for it, and the guard waits for a program that it has told of an incident. */
describe.runIf(process.platform === 'linux')(
  'once the agent is gone for good, the person has the terminal',
  () => {
    async function ended() {
      const folder = temporaryFolder();
      const agent = writeScript(
        join(folder, 'agent'),
        `#!/bin/sh\n[ "$1" = --version ] && { echo '2.1.329 (Claude Code)'; exit; }\nprintf '\\033[?2004h\\033]0;toy\\007'; sleep 1; kill -KILL $$\n`,
      );
      const terminal = openTerminal({
        command: '/bin/bash',
        args: ['--norc', '--noprofile'],
        cwd: folder,
        env: {
          PATH: process.env.PATH ?? '',
          TERM: 'xterm-256color',
          PS1: 'prompt> ',
          HOME: folder,
          XDG_STATE_HOME: folder,
          XDG_CONFIG_HOME: folder,
          GUARDED_CLAUDE_COMMAND: agent,
          GUARDED_CLAUDE_ON_INCIDENT: `echo "$PPID" >${folder}/new; mv ${folder}/new ${folder}/told; exec sleep 5`,
        },
      });
      onTestFinished(() => terminal.kill());
      await terminal.waitFor('prompt>');
      terminal.write(`${process.execPath} ${guardBin}\r`);
      await expect.poll(() => existsSync(join(folder, 'told')), { timeout: 10_000 }).toBe(true);
      return {
        terminal,
        isGuarded: () => sample(Number(readFileSync(join(folder, 'told'), 'utf8'))) !== null,
      };
    }

    test('what is typed is for the shell, also while the guard still closes its books', async () => {
      const { terminal, isGuarded } = await ended();
      terminal.write('echo code=$?\r');
      await terminal.waitFor('echo code=');
      expect(isGuarded()).toBe(true);
      await terminal.waitFor(/code=137/);
    });

    test('a Ctrl+C is, too: the exit code is the agent’s', async () => {
      const { terminal } = await ended();
      terminal.write('lost\x03');
      terminal.write('echo code=$?\r');
      await terminal.waitFor(/code=137/);
      expect(terminal.text()).not.toContain('lost: command not found');
    });
  },
);

test.runIf(process.platform === 'linux')(
  'SIGUSR1, at which node opens its debugger, is nothing to the guard',
  async () => {
    const { terminal, folder } = await guarded(
      'printf "pid=$$;"; until [ -e go ]; do sleep 0.05; done; echo over',
    );
    terminal.pty.kill('SIGUSR1');
    writeFileSync(join(folder, 'go'), '');
    expect(await terminal.exited).toEqual({ code: 0, signal: null });
    expect(terminal.output()).toContain('over');
    expect(terminal.output()).not.toContain('Debugger');
  },
);
