import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { statePaths } from '../../src/platform/paths.ts';
import { commandLine } from '../../src/platform/process-table.ts';
import { processesMarkedBy, sample } from '../../src/platform/process-tree.ts';
import { readSessions } from '../../src/records/sessions.ts';
import { readStatus } from '../../src/records/status-reader.ts';
import { escMs } from '../../src/terminal/vt/tokens.ts';
import { guarded } from '../support/little-agent.ts';

const frozen = 'trap "" TERM HUP INT; sleep 60 & printf "pid=$$;"; while :; do sleep 0.1; done';

/** The states of the sessions there, as their guards have written them. */
const statesIn = (folder: string) =>
  readSessions(statePaths({ XDG_STATE_HOME: folder })).map(({ paths }) => readStatus(paths.status)?.state);

describe.runIf(process.platform === 'linux')('a signal to the guard', () => {
  test('an agent that obeys: we end when it ends, at once', async () => {
    const { terminal } = await guarded('printf "pid=$$;"; exec sleep 60');
    const began = Date.now();
    terminal.pty.kill('SIGTERM');
    expect(await terminal.exited).toEqual({ code: 143, signal: null });
    expect(Date.now() - began).toBeLessThan(4_500);
  });

  test('a frozen agent does not keep us, and nothing is left of it', async () => {
    const { terminal, folder, agentPid } = await guarded(frozen);
    terminal.pty.kill('SIGTERM');
    expect(await terminal.exited).toEqual({ code: 143, signal: null });
    expect(statesIn(folder)).toEqual(['ended']);
    await expect.poll(() => sample(agentPid)).toBeNull();
    await expect.poll(() => processesMarkedBy('LEAVE_TEST', folder)).toEqual([]);
  });

  test('nor of an agent that starts one process after the other while it is being killed', async () => {
    const { terminal, folder } = await guarded(
      'trap "" TERM HUP INT; printf "pid=$$;"; while :; do sleep 60 & sleep 0.03; done',
    );
    terminal.pty.kill('SIGTERM');
    expect(await terminal.exited).toEqual({ code: 143, signal: null });
    expect(processesMarkedBy('LEAVE_TEST', folder)).toEqual([]); // nor anybody who keeps the tunnel for them
  });

  test('a command that an agent leaves behind is ended, too', async () => {
    const { terminal, folder } = await guarded('setsid sleep 60 & printf "pid=$$;"; exec sleep 60');
    await expect.poll(() => processesMarkedBy('LEAVE_TEST', folder).length).toBeGreaterThan(2);
    terminal.pty.kill('SIGTERM');
    expect(await terminal.exited).toEqual({ code: 143, signal: null });
    expect(processesMarkedBy('LEAVE_TEST', folder)).toEqual([]);
  });

  test.each(['SIGTERM', 'SIGHUP'] as const)('what has detached itself keeps running (%s)', async (signal) => {
    const { terminal, folder } = await guarded(
      '(setsid sleep 60 &); (nohup sleep 61 >/dev/null 2>&1 &); printf "pid=$$;"; exec sleep 62',
    );
    onTestFinished(() => {
      for (const { pid } of processesMarkedBy('LEAVE_TEST', folder)) process.kill(pid, 'SIGKILL');
    });
    const sleeping = () =>
      processesMarkedBy('LEAVE_TEST', folder)
        .map(({ pid }) => commandLine(pid).join(' '))
        .filter((words) => words.startsWith('sleep'))
        .toSorted();
    await expect.poll(sleeping).toEqual(['sleep 60', 'sleep 61', 'sleep 62']);
    terminal.pty.kill(signal);
    await terminal.exited;
    expect(sleeping()).toEqual(['sleep 60', 'sleep 61']);
  });

  test('the agent’s background service keeps running, with everything that it has started', async () => {
    const { terminal, folder } = await guarded(
      'echo "#!/bin/sh\nsetsid sleep 60 & wait" >claude; setsid sh claude daemon run & printf "pid=$$;"; exec sleep 62',
    );
    onTestFinished(() => {
      for (const { pid } of processesMarkedBy('LEAVE_TEST', folder)) process.kill(pid, 'SIGKILL');
    });
    const running = () =>
      processesMarkedBy('LEAVE_TEST', folder)
        .map(({ pid }) => commandLine(pid).join(' '))
        .filter((words) => /^(sleep|sh claude)/.test(words))
        .toSorted();
    await expect.poll(running).toEqual(['sh claude daemon run', 'sleep 60', 'sleep 62']);
    terminal.pty.kill('SIGTERM');
    await terminal.exited;
    expect(running()).toEqual(['sh claude daemon run', 'sleep 60']);
  });

  test('a closed terminal over a frozen agent: nothing is left', async () => {
    const { terminal, folder } = await guarded(frozen);
    terminal.pty.close();
    expect(await terminal.exited).toEqual({ code: 129, signal: null });
    await expect.poll(() => processesMarkedBy('LEAVE_TEST', folder), { timeout: 10_000 }).toEqual([]);
  });

  test.each([
    ['an agent that obeys', {}],
    ['an agent that runs plainly', { GUARDED_CLAUDE: 'off' }],
  ])('a closed terminal over %s: its exit code', async (_, settings) => {
    const { terminal } = await guarded(
      'trap "exit 7" HUP; sleep 1; printf "pid=$$;"; while :; do sleep 0.1; done',
      settings,
    );
    terminal.pty.close();
    expect(await terminal.exited).toEqual({ code: 7, signal: null });
  });

  test('a second signal once the agent has gone: what it leaves behind has time to clean up', async () => {
    const { terminal, folder, agentPid } = await guarded(
      `setsid sh -c 'trap "sleep 0.5; echo >cleaned; exit" TERM; while :; do sleep 0.1; done' & printf "pid=$$;"; exec sleep 60`,
    );
    await expect.poll(() => statesIn(folder)).not.toEqual([]);
    terminal.pty.kill('SIGHUP');
    await expect.poll(() => sample(agentPid), { interval: 10 }).toBeNull();
    terminal.pty.kill('SIGHUP');
    expect(await terminal.exited).toEqual({ code: 129, signal: null });
    expect(existsSync(join(folder, 'cleaned'))).toBe(true);
    expect(statesIn(folder)).toEqual(['ended']);
  });

  test('a closed terminal between two agents, while the network is down', async () => {
    const { terminal, folder } = await guarded('printf "pid=$$;"; sleep 1; kill -KILL $$', {
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9', // nobody listens there
      GUARDED_CLAUDE_MIN_UPTIME_MS: '0',
    });
    await terminal.waitFor(/network/i);
    terminal.pty.close();
    expect(await terminal.exited).toEqual({ code: 129, signal: null });
    expect(statesIn(folder)).toEqual(['ended']);
    await expect.poll(() => processesMarkedBy('LEAVE_TEST', folder), { timeout: 10_000 }).toEqual([]);
  });

  /** A session in which no agent runs, and the network is down. */
  async function withoutAgent() {
    const { terminal } = await guarded('printf "pid=$$;"; sleep 1; kill -KILL $$', {
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9', // nobody listens there
      GUARDED_CLAUDE_MIN_UPTIME_MS: '0',
    });
    await terminal.waitFor(/network/i);
    return terminal;
  }

  test('a Ctrl+C leaves while no agent runs, also behind a long paste', async () => {
    const terminal = await withoutAgent();
    terminal.write(`\x1b[200~${'a pasted line\n'.repeat(10_000)}\x1b[201~`);
    terminal.write('\x03');
    await terminal.exited;
  });

  /** Null: this process was held up between the halves, so that the first of them was an Esc. */
  async function leavesOnHalves(): Promise<boolean | null> {
    const terminal = await withoutAgent();
    let left = false;
    void terminal.exited.then(() => {
      left = true;
    });
    for (let report = 0; report < 5; report++) {
      const beganAt = performance.now();
      terminal.write('\x1b');
      await pause(5);
      terminal.write('[I');
      if (performance.now() - beganAt > escMs / 2) return null;
      await pause(200);
    }
    if (left) return true;
    terminal.write('\x1b');
    await terminal.exited;
    return false;
  }

  test('Esc leaves while no agent runs, half a report of the terminal does not', async () => {
    let leaves = await leavesOnHalves();
    while (leaves === null) leaves = await leavesOnHalves();
    expect(leaves).toBe(false);
  });

  test('a stopped agent too', async () => {
    const { terminal, folder, agentPid } = await guarded('printf "pid=$$;"; exec sleep 60');
    process.kill(agentPid, 'SIGSTOP');
    await expect.poll(() => sample(agentPid)?.state).toBe('T');
    terminal.pty.kill('SIGHUP');
    expect(await terminal.exited).toEqual({ code: 129, signal: null });
    await expect.poll(() => processesMarkedBy('LEAVE_TEST', folder)).toEqual([]);
  });
});
