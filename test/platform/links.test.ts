import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deadLink, followLinks } from '../../src/platform/links.ts';
import { temporaryFolder } from '../support/folder.ts';

/** `link` leads to `next`, which leads to `real` in another folder. */
function place() {
  const folder = temporaryFolder();
  const [link, next, real] = ['link', 'next', 'there/real'].map((name) => join(folder, name));
  mkdirSync(join(folder, 'there'));
  symlinkSync('next', link ?? '');
  symlinkSync('there/real', next ?? '');
  return { folder, link: link ?? '', next: next ?? '', real: real ?? '' };
}

test('a link is followed to its last target, which need not exist', () => {
  const { folder, link, real } = place();
  expect(followLinks(link)).toBe(real);
  writeFileSync(real, '');
  expect(followLinks(link)).toBe(real);
  expect(followLinks(join(folder, 'nothing'))).toBe(join(folder, 'nothing'));
});

test('links in a circle lead nowhere', () => {
  const { folder } = place();
  symlinkSync('b', join(folder, 'a'));
  symlinkSync('a', join(folder, 'b'));
  expect(() => followLinks(join(folder, 'a'))).toThrow(/ELOOP/);
});

test('a missing file and a link to nothing are told apart, the link of a folder, too', () => {
  const { folder, link, next, real } = place();
  expect(deadLink(link)).toEqual({ link, target: 'next' });
  symlinkSync('gone', join(folder, 'folder'));
  expect(deadLink(join(folder, 'folder/below/file'))).toEqual({
    link: join(folder, 'folder'),
    target: 'gone',
  });
  expect(deadLink(join(folder, 'there/file'))).toBeNull();
  writeFileSync(real, '');
  expect([deadLink(link), deadLink(next), deadLink(join(next, 'file'))]).toEqual([null, null, null]);
});
