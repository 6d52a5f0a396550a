import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeHalfWritten, replaceFile, replaceFileSync } from '../../src/platform/atomic-file.ts';
import { temporaryFolder } from '../support/folder.ts';

const ways = [
  ['replaceFile', replaceFile],
  ['replaceFileSync', async (...args: Parameters<typeof replaceFileSync>) => replaceFileSync(...args)],
] as const;

describe.each(ways)('%s', (_name, replace) => {
  test('writes privately, replaces, leaves nothing else', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'x.json');
    writeFileSync(path, 'old', { mode: 0o644 });
    await replace(path, 'new', { durable: true });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['x.json']);
  });

  test('a failure keeps the old content and cleans up', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'x');
    mkdirSync(path); // a file cannot be renamed over a folder
    await expect(replace(path, 'new')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['x']);
  });
});

test('a reader in the middle of many replacements never sees a part', async () => {
  const path = join(temporaryFolder(), 'x');
  const bodies = Array.from({ length: 50 }, (_, index) => String(index % 10).repeat(20_000));
  replaceFileSync(path, bodies[0] ?? '');
  const writing = bodies.reduce(
    (before, body) => before.then(() => replaceFile(path, body)),
    Promise.resolve(),
  );
  let reading = true;
  void writing.finally(() => {
    reading = false;
  });
  while (reading) {
    const seen = readFileSync(path, 'utf8');
    expect(seen.length).toBe(20_000);
    expect(new Set(seen).size).toBe(1);
    await new Promise(setImmediate);
  }
  await writing;
});

test('a folder that cannot be written rejects', async () => {
  const folder = temporaryFolder();
  await expect(replaceFile(join(folder, 'none/x'), 'y')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('what a dead writer has left half written is removed, and nothing else', () => {
  const folder = temporaryFolder();
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const left = (name: string) => writeFileSync(join(folder, name), '');
  const others = [
    `x.json.${process.pid}-0123abcd.tmp`,
    `other.json.${dead}-0123abcd.tmp`,
    'x.json',
    'x.jsonl.before-repair-20260101T000000Z',
    `x.json.${dead}-0123abcd.tmp.kept`,
  ];
  for (const name of others) left(name);
  for (const name of ['json.lock.', 'json.', 'recovery.json.']) left(`x.${name}${dead}-0123abcd`);
  left(`x.recovery.json.${dead}-89efabcd.tmp`);
  left(`x.jsonl.${dead}.repaired`);
  removeHalfWritten(folder, 'x');
  expect(readdirSync(folder).toSorted()).toEqual(others.toSorted());
  removeHalfWritten(folder);
  expect(readdirSync(folder)).not.toContain(`other.json.${dead}-0123abcd.tmp`);
  expect(() => removeHalfWritten(join(folder, 'none'))).not.toThrow();
});
