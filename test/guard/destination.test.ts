/** A folder that the person has moved to, on a disk that does not answer. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { lookAtDestination } from '../../src/guard/destination.ts';
import { launchNow } from '../../src/guard/launch-now.ts';
import { temporaryFolder } from '../support/folder.ts';
import { partsOfRun } from '../support/run.ts';

const disk = vi.hoisted(() => ({ asked: 0, answer: () => {} }));

vi.mock('node:child_process', async (original) => {
  const real = await original<{ execFile: (...all: readonly unknown[]) => unknown }>();
  const execFile = (file: string, args: readonly string[], ...others: readonly unknown[]) => {
    const go = () => void real.execFile(file, args, ...others);
    if (!args.some((word) => word.endsWith('hung'))) return go();
    disk.asked += 1;
    disk.answer = go;
  };
  return { ...real, execFile };
});

beforeEach(() => {
  disk.asked = 0;
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** The person has moved to a folder that only seems to be there. */
function stage() {
  const hung = join(temporaryFolder(), 'hung');
  mkdirSync(hung);
  const { run, conversation } = partsOfRun();
  conversation.changed({ folder: hung, overruled: [] });
  const look = async () => {
    const looked = lookAtDestination(run, conversation);
    await vi.advanceTimersByTimeAsync(5_000);
    await looked;
  };
  return { run, conversation, hung, look };
}

test('the launch waits for it for a while only, and goes on in its own folder', async () => {
  const { run, conversation, look } = stage();
  await look();
  expect(launchNow(run, conversation)).toEqual(run.launch);
  disk.answer();
});

test('it is not asked again before it has answered, and its answer counts from the next look on', async () => {
  const { run, conversation, hung, look } = stage();
  await look();
  await look();
  expect(disk.asked).toBe(1);
  vi.useRealTimers();
  const looked = lookAtDestination(run, conversation);
  disk.answer();
  await looked;
  expect(launchNow(run, conversation).cwd).toBe(hung);
  expect(disk.asked).toBe(1);
});

test('what is found of a folder that was left meanwhile does not count', async () => {
  const { run, conversation } = stage();
  const next = temporaryFolder();
  const first = lookAtDestination(run, conversation);
  conversation.changed({ folder: next, overruled: [] });
  await lookAtDestination(run, conversation);
  disk.answer();
  await first;
  expect(launchNow(run, conversation).cwd).toBe(next);
});
