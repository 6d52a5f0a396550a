import { expect, test } from 'vitest';
import { keysToLeave } from './ending.ts';

const [ctrlC, ctrlD] = ['\x03', '\x04'];

test.each([
  ['ctrl-d', '2.1.38', 9_000, ctrlD],
  ['ctrl-d', '2.1.38', 11_000, ctrlC],
  ['ctrl-d', '2.1.126', 11_000, ctrlD],
  ['ctrl-c', '2.1.38', 0, ctrlC],
  ['/exit', '2.1.126', 0, ctrlC],
] as const)('by %s, %s, after %i ms, the person presses %j', (leave, version, triedMs, keys) => {
  expect(keysToLeave({ leave, version }, triedMs)).toBe(keys);
});
