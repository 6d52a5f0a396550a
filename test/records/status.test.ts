import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { replaceFile } from '../../src/platform/atomic-file.ts';
import { openStatus, type Status } from '../../src/records/status.ts';
import { readStatus } from '../../src/records/status-reader.ts';
import { temporaryFolder } from '../support/folder.ts';
import { sampleStatus } from '../support/status.ts';

vi.mock('../../src/platform/atomic-file.ts', { spy: true });
beforeEach(() => void vi.mocked(replaceFile).mockClear());

function start(path = join(temporaryFolder(), 'status.json')) {
  const failures: string[] = [];
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  const file = openStatus({
    path,
    initial: sampleStatus(),
    onFailure: (detail) => void failures.push(detail),
    now: () => clock.now,
  });
  return { path, file, failures, clock };
}
const read = (path: string): Status => JSON.parse(readFileSync(path, 'utf8'));

test('is there soon after the start, private and complete', async () => {
  const { path, file } = start();
  await vi.waitFor(() => expect(readStatus(path)).toMatchObject({ run: 'r1', state: 'starting' }), {
    timeout: 10_000,
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  file.close();
});

test('`since` moves only with the state; the message of a retry is shown', async () => {
  const { path, file, clock } = start();
  clock.now += 1_000;
  file.update({ state: 'working' });
  clock.now += 1_000;
  file.update({
    message: 'connection lost, retrying (attempt 2/5), next in 4 s',
    attempt: { n: 2, of: 5, next_in_ms: 4_000 },
  });
  await vi.waitFor(() => expect(read(path).attempt).toEqual({ n: 2, of: 5, next_in_ms: 4_000 }), {
    timeout: 10_000,
  });
  expect(read(path)).toMatchObject({
    since: '2026-01-01T00:00:01.000Z',
    updated_at: '2026-01-01T00:00:02.000Z',
  });
  file.close();
});

test('a flood of changes is few writes, and the last one is never lost', async () => {
  const { path, file } = start();
  const seen = new Set<number | null>();
  for (let tokens = 0; tokens <= 3_000; tokens++) {
    file.update({ tokens });
    if (tokens % 50 === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const status = readStatus(path);
      if (status !== null) seen.add(status.tokens);
    }
  }
  expect(seen.size).toBeLessThan(10);
  await vi.waitFor(() => expect(read(path).tokens).toBe(3_000), { timeout: 5_000 });
  file.close();
});

test('silence that only grows is not written again; a byte, or another change, is', async () => {
  const { path, file, clock } = start();
  const tell = (silent_ms: number) => file.update({ connection: { open: 1, silent_ms } });
  const began = performance.now();
  tell(0);
  await vi.waitFor(() => expect(read(path).connection).toEqual({ open: 1, silent_ms: 0 }), {
    timeout: 5_000,
  });
  while (performance.now() - began < 4_000) {
    tell(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(read(path).connection).toEqual({ open: 1, silent_ms: 0 });
  clock.now += 4_000;
  tell(4_000);
  file.update({ state: 'suspect' });
  await vi.waitFor(
    () => expect(read(path)).toMatchObject({ state: 'suspect', connection: { silent_ms: 4_000 } }),
    { timeout: 10_000 },
  );
  tell(0);
  await vi.waitFor(() => expect(read(path).connection?.silent_ms).toBe(0), { timeout: 5_000 });
  file.close();
});

test('a countdown that only runs is not written again; another attempt is', async () => {
  const { path, file } = start();
  const began = performance.now();
  const tell = (n: number) =>
    file.update({ attempt: { n, of: 5, next_in_ms: Math.max(0, 10_000 - (performance.now() - began)) } });
  tell(1);
  await vi.waitFor(() => expect(read(path).attempt?.n).toBe(1), { timeout: 10_000 });
  const first = read(path);
  while (performance.now() - began < 1_500) {
    tell(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(read(path)).toEqual(first);
  tell(2);
  await vi.waitFor(() => expect(read(path).attempt?.n).toBe(2), { timeout: 10_000 });
  file.close();
});

test.each([0, 1, 3])(
  'close writes the end, even while a write is under way (%i turns later)',
  async (turns) => {
    const { path, file } = start();
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    file.update({ state: 'working' });
    file.close({ state: 'ended' });
    expect(read(path)).toMatchObject({ state: 'ended', place: null });
    await Promise.all(vi.mocked(replaceFile).mock.results.map(({ value }) => value)); // what was under way
    await new Promise(setImmediate);
    expect(readdirSync(join(path, '..'))).toEqual(['status.json']);
    expect(read(path).state).toBe('ended');
    file.update({ state: 'idle' });
    file.close();
    expect(read(path).state).toBe('ended');
  },
);

test('a disk that fails is reported once, and the file comes back with the disk', async () => {
  const folder = join(temporaryFolder(), 'late');
  const { path, file, failures } = start(join(folder, 'status.json'));
  await vi.waitFor(() => expect(failures).toHaveLength(1), { timeout: 10_000 });
  file.update({ state: 'working' });
  const failed = () => vi.mocked(replaceFile).mock.settledResults.filter(({ type }) => type === 'rejected');
  await expect.poll(failed).toHaveLength(2);
  mkdirSync(folder);
  file.update({ state: 'idle' });
  await vi.waitFor(() => expect(read(path).state).toBe('idle'), { timeout: 10_000 });
  expect(failures).toHaveLength(1);
  rmSync(folder, { recursive: true });
  file.close();
  expect(failures).toHaveLength(1);
});

test.each([
  '',
  '{',
  '[]',
  'null',
  '{"run":"x"}',
  JSON.stringify({ ...sampleStatus(), state: 'toString' }),
  JSON.stringify({ ...sampleStatus(), since: 'x' }),
])('a file that is none of ours is no status: %s', (text) => {
  const path = join(temporaryFolder(), 'status.json');
  writeFileSync(path, text);
  expect(readStatus(path)).toBeNull();
  expect(readStatus(`${path}.none`)).toBeNull();
});

test('what another version has not written, or has written otherwise, is unknown', () => {
  const path = join(temporaryFolder(), 'status.json');
  const whole = sampleStatus();
  const { tokens: _, switches: __, updated_at: ___, started_at: ____, ...older } = whole;
  writeFileSync(path, JSON.stringify({ ...older, connection: 'up', tomorrow: 1 }));
  expect(readStatus(path)).toEqual({ ...whole, connection: null, tokens: null, switches: {}, tomorrow: 1 });
});
