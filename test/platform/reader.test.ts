import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hasReader } from '../../src/platform/reader.ts';
import { temporaryFolder } from '../support/folder.ts';

const noParent = 0;

function openPipe() {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  onTestFinished(() => closeSync(writer));
  return { reader, writer };
}

test('a file can be read later', () => {
  const file = openSync(join(temporaryFolder(), 'file'), 'w');
  expect(hasReader(file, noParent)).toBe(true);
  closeSync(file);
});

test('whoever started us may hand out the other end of a pipe', () => {
  const { reader, writer } = openPipe();
  closeSync(reader);
  expect(hasReader(writer, process.ppid)).toBe(true);
});

test.runIf(process.platform === 'linux')('a pipe is read by somebody, then by nobody', () => {
  const { reader, writer } = openPipe();
  expect(hasReader(writer, noParent)).toBe(true);
  closeSync(reader);
  expect(hasReader(writer, noParent)).toBe(false);
});
