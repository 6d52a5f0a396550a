import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { type Claims, endingWith, watchKin } from '../../src/guard/kin.ts';
import { commandLine } from '../../src/platform/process-table.ts';
import { descendants, processesMarkedBy } from '../../src/platform/process-tree.ts';

const started: ChildProcess[] = [];
const mark = `kin-test-${process.pid}`;

afterEach(() => {
  for (const { pid } of processesMarkedBy('GUARDED_CLAUDE_RUN', mark)) process.kill(pid, 'SIGKILL');
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A shell in place of an agent, once it has said "up". */
async function agent(script: string): Promise<number> {
  const env = { PATH: process.env.PATH, GUARDED_CLAUDE_RUN: mark };
  const child = spawn('/bin/sh', ['-c', script], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  for (let text = ''; !text.includes('up'); ) text += String((await once(child.stdout, 'data'))[0]);
  return child.pid as number;
}

async function killed(pid: number): Promise<void> {
  const child = started.find((each) => each.pid === pid);
  process.kill(pid, 'SIGKILL');
  if (child?.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

const claims: Claims = { outlives: (words) => words.includes('62'), openIn: null, inCall: false };
const sleeping = () =>
  processesMarkedBy('GUARDED_CLAUDE_RUN', mark)
    .map(({ pid }) => commandLine(pid).join(' '))
    .filter((words) => words.startsWith('sleep'))
    .toSorted();

/** Command lines of those that are to end with the agent, as it was when it was looked at. */
function ending(watch: ReturnType<typeof watchKin>, given: Claims = claims): readonly string[] {
  const kin = watch.last();
  if (kin === null) throw new Error('nobody has looked');
  return endingWith(kin, given)()
    .map(({ pid }) => commandLine(pid).join(' '))
    .filter((words) => words.startsWith('sleep'))
    .toSorted();
}

describe.runIf(process.platform === 'linux')('which processes end with the agent', () => {
  test('the command of an open call, in its own session, but not what had detached itself before', async () => {
    const pid = await agent(
      '(setsid sleep 60 &); (nohup sleep 61 >/dev/null &); setsid sh -c "sleep 63 & wait" & echo up; wait',
    );
    await expect.poll(sleeping).toEqual(['sleep 60', 'sleep 61', 'sleep 63']);
    const watch = watchKin();
    watch.look(pid);
    expect(ending(watch)).toEqual(['sleep 63']);
    await killed(pid);
    expect(ending(watch)).toEqual(['sleep 63']);
  });

  test('what the command of an open call has started since, in its session', async () => {
    const pid = await agent(
      'setsid sh -c "read line </dev/null; sleep 1.5; (sleep 63 &); sleep 64" & echo up; wait',
    );
    await expect.poll(sleeping).toEqual(['sleep 1.5']);
    const watch = watchKin();
    watch.look(pid);
    await expect.poll(sleeping, { timeout: 5_000 }).toEqual(['sleep 63', 'sleep 64']);
    await killed(pid);
    expect(ending(watch)).toEqual(['sleep 63', 'sleep 64']);
  });

  test('not what is meant to outlive the agent, even if it is its child', async () => {
    const pid = await agent('setsid sleep 62 & sleep 63 & echo up; wait');
    await expect.poll(sleeping).toEqual(['sleep 62', 'sleep 63']);
    const watch = watchKin();
    watch.look(pid);
    expect(ending(watch)).toEqual(['sleep 63']);
  });

  test('a call that no look has seen: by its mark, if one was open when the agent died', async () => {
    const pid = await agent(
      '(setsid sleep 60 &); echo up; sleep 1; setsid sleep 63 & setsid sleep 62 & wait',
    );
    const watch = watchKin();
    await expect.poll(sleeping).toEqual(['sleep 1', 'sleep 60']);
    watch.look(pid);
    await expect.poll(sleeping, { timeout: 5_000 }).toEqual(['sleep 60', 'sleep 62', 'sleep 63']);
    await killed(pid);
    expect(ending(watch)).toEqual([]);
    expect(ending(watch, { ...claims, openIn: mark, inCall: true })).toEqual(['sleep 63']);
    expect(ending(watch, { ...claims, openIn: mark })).toEqual([]);
  });

  test('what has begun right after the look, when the clock of the processes had not yet moved on', async () => {
    const pid = await agent('(setsid sleep 60 &); echo up; sleep 1; sleep 63 & wait');
    const watch = watchKin();
    await expect.poll(sleeping).toEqual(['sleep 1', 'sleep 60']);
    watch.look(pid);
    await expect.poll(sleeping, { timeout: 5_000 }).toEqual(['sleep 60', 'sleep 63']);
    const [young] = descendants(pid).filter((each) => commandLine(each.pid).join(' ') === 'sleep 63');
    const kin = watch.last();
    if (kin === null || young === undefined) throw new Error('nobody was seen');
    await killed(pid);
    const found = endingWith(
      { ...kin, youngest: young.startTime },
      { ...claims, openIn: mark, inCall: true },
    )();
    expect(found.map((each) => each.pid)).toEqual([young.pid]);
    const isThere = { ...kin, youngest: young.startTime, asYoung: new Set([young.pid]) };
    expect(endingWith(isThere, { ...claims, openIn: mark, inCall: true })()).toEqual([]);
  });

  test('not what has detached itself since the look', async () => {
    const pid = await agent('setsid sh -c "sleep 60 & sleep 1" & echo up; wait; sleep 63 & wait');
    await expect.poll(sleeping).toEqual(['sleep 1', 'sleep 60']);
    const watch = watchKin();
    watch.look(pid);
    await expect.poll(sleeping, { timeout: 5_000 }).toEqual(['sleep 60', 'sleep 63']);
    await killed(pid);
    expect(ending(watch)).toEqual([]);
  });

  test('a look at an agent that is gone changes nothing', async () => {
    const pid = await agent('setsid sleep 63 & echo up; wait');
    await expect.poll(sleeping).toEqual(['sleep 63']);
    const watch = watchKin();
    watch.look(pid);
    await killed(pid);
    expect(watch.look(pid)).toEqual([]);
    expect(ending(watch)).toEqual(['sleep 63']);
  });
});
