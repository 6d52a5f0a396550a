import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildSnapshot } from '../../src/recover/snapshot.ts';
import { saveSnapshot, snapshotPath } from '../../src/recover/store.ts';
import { facts } from './facts.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guarded-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const snapshot = buildSnapshot(facts);

test('lies beside the transcript, for its owner only, and leaves nothing else behind', async () => {
  const path = snapshotPath(join(folder, 'abc.jsonl'), 'abc');
  expect(path).toBe(join(folder, 'abc.recovery.json'));
  expect(await saveSnapshot(path, snapshot)).toEqual({ ok: true, path });
  expect(await saveSnapshot(path, snapshot)).toEqual({ ok: true, path });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(snapshot);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['abc.recovery.json']);
});

test('an id cannot lead out of the folder', () => {
  expect(snapshotPath('/t/abc.jsonl', '../../etc/x')).toBe('/t/______etc_x.recovery.json');
});

test.skipIf(process.platform !== 'linux')(
  'a full disk is an answer, not an exception, and the old snapshot stays',
  async () => {
    const path = join(folder, 'abc.recovery.json');
    await saveSnapshot(path, snapshot);
    symlinkSync('/dev/full', `${path}.${process.pid}.tmp`);
    expect(await saveSnapshot(path, { ...snapshot, cause: 'new' })).toMatchObject({
      ok: false,
      reason: 'full',
    });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(snapshot);
    expect(readdirSync(folder)).toEqual(['abc.recovery.json']);
  },
);

test('a missing folder is an answer too', async () => {
  expect(await saveSnapshot(join(folder, 'gone', 'abc.recovery.json'), snapshot)).toMatchObject({
    ok: false,
    reason: 'other',
  });
});
