import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildSnapshot } from '../../src/recover/snapshot.ts';
import { saveSnapshot, snapshotPath } from '../../src/recover/store.ts';
import { built } from '../support/places.ts';
import { facts } from './facts.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guarded-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const snapshot = buildSnapshot(facts);

test('is kept beside the transcript, for its owner only, and leaves nothing else behind', async () => {
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

/** A file system of 8 KiB in a mount namespace of its own. Not every system lets a user create one. */
const inTinyDisk = (script: string) =>
  spawnSync(
    'unshare',
    [
      '-rm',
      'sh',
      '-c',
      'mount -t tmpfs -o size=8k none "$1" && exec "$2" -e "$3"',
      'sh',
      folder,
      process.execPath,
      script,
    ],
    { encoding: 'utf8' },
  );
const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

test.skipIf(!canMount)('a full disk is a result, not an exception, and the old snapshot stays', () => {
  const store = built('modules/src/recover/store.js');
  const { stdout, stderr } = inTinyDisk(`
    import(${JSON.stringify(store)}).then(async ({ saveSnapshot }) => {
      const fs = require('node:fs');
      const path = ${JSON.stringify(join(folder, 'abc.recovery.json'))};
      const first = await saveSnapshot(path, { cause: 'old' });
      const second = await saveSnapshot(path, { cause: 'x'.repeat(20000) });
      console.log(JSON.stringify({ first: first.ok, second: second.detail, kept: JSON.parse(fs.readFileSync(path, 'utf8')), names: fs.readdirSync(${JSON.stringify(folder)}) }));
    });`);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    first: true,
    second: expect.stringContaining('ENOSPC'),
    kept: { cause: 'old' },
    names: ['abc.recovery.json'],
  });
});

test('a missing folder is created: the agent creates it only with its first record', async () => {
  expect(await saveSnapshot(join(folder, 'new', 'abc.recovery.json'), snapshot)).toMatchObject({ ok: true });
});

test('an impossible folder is a result, too', async () => {
  writeFileSync(join(folder, 'file'), '');
  expect(await saveSnapshot(join(folder, 'file', 'abc.recovery.json'), snapshot)).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/^(EEXIST|ENOTDIR)/),
  });
});
