import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cksum } from '../../src/recover/checksum.ts';

const samples = ['', 'a', 'hello\n', 'ü€😀', 'x'.repeat(70_000), '\u0000\u0000'];

test.each(samples)('agrees with the command, sample %#', (text) => {
  const [checksum, bytes] = execFileSync('cksum', { input: text, encoding: 'utf8' }).split(' ').map(Number);
  expect(Buffer.byteLength(text)).toBe(bytes);
  expect(cksum(Buffer.from(text))).toBe(checksum);
});
