/** Whether an interrupted edit was made is looked up on a disk, which may never answer. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { checkFiles } from '../../src/recover/file-check.ts';
import type { LedgerCall } from '../../src/recover/ledger.ts';
import { temporaryFolder } from '../support/folder.ts';

const disk = vi.hoisted(() => ({ answer: (): void => {}, deathMs: 0 }));

/** A process that waits for its disk, and dies of the SIGKILL at its limit, as on NFS. */
function killedAtItsLimit(others: readonly unknown[]): void {
  const [{ timeout }, callback] = others as [{ timeout: number }, (error: Error, text: string) => void];
  setTimeout(
    () => callback(Object.assign(new Error('killed'), { killed: true }), ''),
    timeout + disk.deathMs,
  );
}

vi.mock('node:child_process', async (original) => {
  const real = await original<{ execFile: (...all: readonly unknown[]) => unknown }>();
  const execFile = (file: string, args: readonly string[], ...others: readonly unknown[]) => {
    const go = () => void real.execFile(file, args, ...others);
    if (args.some((word) => word.endsWith('killable'))) return killedAtItsLimit(others);
    if (!args.some((word) => word.endsWith('hung'))) return go();
    disk.answer = go;
  };
  return { ...real, execFile };
});

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

function written(name: string) {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, 'new');
  const call: LedgerCall = {
    toolUseId: 't',
    tool: 'Write',
    risk: 'edit',
    subagent: null,
    before: null,
    status: 'started',
    file,
    edit: { kind: 'write', content: 'new' },
  };
  return call;
}

test('a file is looked at', async () => {
  expect(await checkFiles([written('there')])).toMatchObject([{ fileCheck: { verdict: 'applied' } }]);
});

test('a file on a disk that does not answer is waited for a while only: nobody can tell', async () => {
  const checked = checkFiles([written('hung'), { ...written('hung'), risk: 'command' }]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await checked).toMatchObject([
    { fileCheck: { verdict: 'cannot tell', evidence: 'its disk does not answer' } },
    { risk: 'command' },
  ]);
  disk.answer();
});

test.each([
  ['before the limit is noticed', 0],
  ['just after that', 1],
])(
  'so is each question about it, even if the process that asks can be killed, and dies %s',
  async (_when, deathMs) => {
    disk.deathMs = deathMs;
    const call = written('killable');
    const looks = async () => [
      ...(await checkFiles([call])),
      ...(await checkFiles([call])),
      ...(await checkFiles([call])),
    ];
    const looked = looks();
    let isOver = false;
    void looked.finally(() => {
      isOver = true;
    });
    while (!isOver) await vi.advanceTimersByTimeAsync(100);
    const late = { fileCheck: { verdict: 'cannot tell', evidence: 'its disk does not answer' } };
    expect(await looked).toMatchObject([late, late, late]);
  },
);
