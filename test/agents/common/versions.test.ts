import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareVersions, readVersion } from '../../../src/agents/common/versions.ts';

it.each([
  ['2.1.329 (Claude Code)', [2, 1, 329]],
  ['1.0.56\n', [1, 0, 56]],
  ['no version', undefined],
])('reads %j', (text, parts) => {
  expect(readVersion(text)?.parts).toEqual(parts);
});

it('orders versions by numbers, not alphabetically', () => {
  const version = fc.tuple(fc.nat(3), fc.nat(30), fc.nat(400));
  fc.assert(
    fc.property(version, version, (left, right) => {
      const key = ([major, minor, patch]: readonly number[]) =>
        (major ?? 0) * 1e8 + (minor ?? 0) * 1e4 + (patch ?? 0);
      expect(Math.sign(compareVersions(left, right))).toBe(Math.sign(key(left) - key(right)));
    }),
  );
});
