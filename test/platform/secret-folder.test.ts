import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { createSecretFolder } from '../../src/platform/secret-folder.ts';
import { temporaryFolder } from '../support/folder.ts';

afterEach(() => vi.unstubAllEnvs());

function places() {
  const runtime = join(temporaryFolder(), 'runtime');
  const temporary = temporaryFolder();
  mkdirSync(runtime);
  vi.stubEnv('TMPDIR', temporary);
  return { runtime, temporary, secretFolder: createSecretFolder({ XDG_RUNTIME_DIR: runtime }) };
}

test('one folder in the runtime folder, closed to others', () => {
  const { runtime, secretFolder } = places();
  const folder = secretFolder();
  expect(dirname(folder)).toBe(runtime);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  writeFileSync(join(folder, 'kept'), '');
  expect(secretFolder()).toBe(folder);
  expect(existsSync(join(folder, 'kept'))).toBe(true);
});

test('made again once somebody has tidied it away', () => {
  const { secretFolder } = places();
  const folder = secretFolder();
  rmSync(folder, { recursive: true });
  expect(secretFolder()).toBe(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('in the temporary folder once the runtime folder has gone with the log-in', () => {
  const { runtime, temporary, secretFolder } = places();
  secretFolder();
  rmSync(runtime, { recursive: true });
  const folder = secretFolder();
  expect(dirname(folder)).toBe(temporary);
  expect(statSync(folder).isDirectory()).toBe(true);
  expect(secretFolder()).toBe(folder);
});

test('elsewhere if something else has taken its place', () => {
  const { temporary, secretFolder } = places();
  const folder = secretFolder();
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
  expect(dirname(secretFolder())).toBe(temporary);
});
