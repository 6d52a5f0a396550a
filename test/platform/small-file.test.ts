import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSmallFile } from '../../src/platform/small-file.ts';
import { temporaryFolder } from '../support/folder.ts';

const place = () => join(temporaryFolder(), 'file');

test('a file is read whole, whatever is in it', () => {
  const [path, text] = [place(), 'ä\n\u0000'.repeat(50_000)];
  writeFileSync(path, text);
  expect(readSmallFile(path)).toBe(text);
  writeFileSync(path, '');
  expect(readSmallFile(path)).toBe('');
});

test('a pipe that nobody writes into is not waited for, and what has no end is not read to it', () => {
  const pipe = place();
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  expect(readSmallFile(pipe)).toBe('');
  expect(readSmallFile('/dev/null')).toBe('');
  expect(() => readSmallFile('/dev/zero')).toThrow('EFBIG');
});

test('what cannot be read is an error with a code', () => {
  expect(() => readSmallFile(place())).toThrow('ENOENT');
  expect(() => readSmallFile(temporaryFolder())).toThrow('EISDIR');
});
