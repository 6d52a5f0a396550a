import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openTail } from '../../src/sensors/tail.ts';

const record = (uuid: string) => `${JSON.stringify({ type: 'user', uuid })}\n`;

test('a file that is rewritten while it is read is recognised at the next look', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tail-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file.jsonl');
  writeFileSync(path, record('1') + record('2') + record('taken back'));
  const told: unknown[] = [];
  const tail = await openTail(path, true, (each) => {
    const { uuid } = each as { uuid: string };
    told.push(uuid);
    if (uuid === 'taken back')
      writeFileSync(path, record('1') + record('2') + record('3, which is longer than that'));
  });
  await tail.readOn();
  await tail.readOn();
  expect(told).toEqual(['1', '2', 'taken back', '3, which is longer than that']);
});

test('a file that has long been the same is not read again, until it changes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tail-'));
  onTestFinished(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'file.jsonl');
  writeFileSync(path, record('1') + record('2'));
  const told: unknown[] = [];
  const tail = await openTail(path, true, (each) => told.push((each as { uuid: string }).uuid));
  const clock = vi.spyOn(performance, 'now');
  for (const ms of [0, 1_000, 5_000, 6_000]) {
    clock.mockReturnValue(ms);
    await tail.readOn();
  }
  const { atime, mtime } = statSync(path);
  writeFileSync(path, record('1') + record('3'));
  utimesSync(path, atime, mtime); // the same size and time
  await tail.readOn();
  expect(told).toEqual(['1', '2', '3']);
});
