import { expect, test } from 'vitest';
import { exitCode } from '../../src/platform/exec.ts';

test.each([
  [3, null, 3],
  [null, 'SIGTERM', 143],
  [null, 'SIG35', 163],
])('code %s and signal %s are a shell’s %s', (code, signal, expected) => {
  expect(exitCode(code, signal)).toBe(expected);
});
