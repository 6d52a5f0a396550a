import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { isAlive, startTimeOf } from '../../src/platform/process-identity.ts';
import { processTableReader } from '../../src/platform/process-table.ts';
import {
  descendants,
  processesMarkedBy,
  sample,
  stopAll,
  stopTree,
} from '../../src/platform/process-tree.ts';

const started: ChildProcess[] = [];
const left = new Set<number>();

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const pid of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // already gone
    }
  }
  left.clear();
});

/** Runs a shell script and gives the child once it has printed "up", with the pids that it printed before. */
async function shell(script: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn('/bin/sh', ['-c', script], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  started.push(child);
  let text = '';
  while (!text.includes('up')) text += String((await once(child.stdout, 'data'))[0]);
  const pids = [...text.matchAll(/\d+/g)].map(Number);
  for (const pid of pids) left.add(pid);
  return { child, pid: child.pid as number, pids };
}

const identity = (pid: number) => ({ pid, startTime: startTimeOf(pid) ?? 'none' });

describe('descendants', () => {
  test('children and grandchildren, including those in a session of their own', async () => {
    const { pid, pids } = await shell(
      'sleep 60 & echo $!; setsid sh -c "echo \\$\\$; sleep 60 & echo \\$!; echo up; wait" & wait',
    );
    const found = descendants(pid).map((record) => record.pid);
    expect(pids).toHaveLength(3);
    expect(found).toEqual(expect.arrayContaining(pids));
    expect(found).not.toContain(pid);
  });

  test.runIf(process.platform === 'linux')('say which ones have a session of their own', async () => {
    const { pid, pids } = await shell(`sleep 60 & echo $!; setsid sh -c 'echo $$ up; exec sleep 60' & wait`);
    const detached = new Map(descendants(pid).map((each) => [each.pid, each.detached]));
    expect(pids.map((each) => detached.get(each))).toEqual([false, true]);
  });

  test.runIf(process.platform === 'linux')(
    'are found in a table that is only brought up to date',
    async () => {
      const { child, pid, pids } = await shell(
        'sleep 60 & echo $!; echo up; read next; sleep 60 & echo "$! up"; wait',
      );
      const read = processTableReader();
      const members = () => descendants(pid, read(new Set(found))).map((each) => each.pid);
      let found: readonly number[] = [];
      found = members();
      expect(found).toEqual(pids);
      process.kill(pids[0] as number, 'SIGKILL');
      const printed = once(child.stdout as NonNullable<typeof child.stdout>, 'data');
      child.stdin?.write('\n');
      const started = Number.parseInt(String((await printed)[0]), 10);
      left.add(started);
      expect(members()).toEqual([started]);
    },
  );

  test('none for a process that does not exist', () => {
    expect(descendants(2 ** 22 + 1)).toEqual([]);
  });

  test.runIf(process.platform === 'linux')(
    'those that were re-parented are found by their mark',
    async () => {
      const { child, pids } = await shell('setsid sleep 60 & echo $!; echo up; sleep 0.3', {
        GUARDED_CLAUDE_RUN: 'test-mark',
      });
      await once(child, 'exit');
      expect(processesMarkedBy('GUARDED_CLAUDE_RUN', 'test-mark').map((record) => record.pid)).toEqual(pids);
      expect(processesMarkedBy('GUARDED_CLAUDE_RUN', 'test-mar')).toEqual([]);
    },
  );
});

describe('stopTree', () => {
  test('asks first', async () => {
    const { child, pid } = await shell('trap "exit 5" TERM; echo up; while :; do sleep 0.05; done');
    const exit = once(child, 'exit');
    expect(await stopTree([identity(pid)], { graceMs: 10_000 })).toBe(0);
    expect((await exit)[0]).toBe(5);
  });

  test('kills what ignores the request', async () => {
    const { child, pid } = await shell('trap "" TERM; echo up; while :; do sleep 0.05; done');
    const exit = once(child, 'exit');
    const records = [identity(pid), ...descendants(pid)];
    expect(await stopTree(records, { graceMs: 200 })).toBe(0);
    expect((await exit)[1]).toBe('SIGKILL');
    expect(records.filter(isAlive)).toEqual([]);
  });

  test('a stopped process', async () => {
    const { child, pid } = await shell('echo up; while :; do sleep 0.05; done');
    process.kill(pid, 'SIGSTOP');
    const exit = once(child, 'exit');
    expect(await stopTree([identity(pid)], { graceMs: 10_000 })).toBe(0);
    expect((await exit)[1]).toBe('SIGTERM');
  });

  test('a pid that now belongs to somebody else is left alone', async () => {
    const { pid } = await shell('echo up; exec sleep 60');
    expect(await stopTree([{ pid, startTime: 'another life' }], { graceMs: 0 })).toBe(0);
    expect(startTimeOf(pid)).not.toBeNull();
  });
});

describe('sample', () => {
  test('a process that computes', async () => {
    const { pid } = await shell('echo up; i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; exec sleep 60');
    const first = sample(pid);
    expect(first?.rssBytes).toBeGreaterThan(100_000);
    expect(first?.state).toMatch(/^[RSDI]$/);
    await expect.poll(() => sample(pid)?.cpuMs ?? 0, { timeout: 20_000 }).toBeGreaterThan(first?.cpuMs ?? 0);
  });

  test('a stopped process', async () => {
    const { pid } = await shell('echo up; exec sleep 60');
    process.kill(pid, 'SIGSTOP');
    await expect.poll(() => sample(pid)?.state).toBe('T');
  });

  test('no such process', () => expect(sample(2 ** 22 + 1)).toBeNull());
});

test.runIf(process.platform === 'linux')(
  'stopAll ends what was started as the others were being ended',
  async () => {
    const mark = `${process.pid}`;
    const more = [3, 2, 1];
    const first = await shell('trap "" TERM; echo up; while :; do sleep 1; done', { STOP_ALL_TEST: mark });
    left.add(first.pid);
    const pending: ReturnType<typeof shell>[] = [];
    const look = () => {
      const found = processesMarkedBy('STOP_ALL_TEST', mark);
      // As if one of them had started it right after the look.
      if (more.pop() !== undefined) pending.push(shell('echo up; exec sleep 60', { STOP_ALL_TEST: mark }));
      return found;
    };
    expect(await stopAll(look, { graceMs: 0 })).toBe(0);
    expect(processesMarkedBy('STOP_ALL_TEST', mark)).toEqual([]);
  },
);
