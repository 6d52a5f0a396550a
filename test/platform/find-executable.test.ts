import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findAgent } from '../../src/platform/find-executable.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';
import { guardBin } from '../support/places.ts';

const ourBin = guardBin;

/** Two folders for PATH, and `find` with them. */
function twoFolders() {
  const root = temporaryFolder();
  const [a, b] = [join(root, 'a'), join(root, 'b')];
  mkdirSync(a);
  mkdirSync(b);
  const find = (command?: string) =>
    findAgent(['claude'], {
      PATH: `${a}:${b}`,
      ...(command === undefined ? {} : { GUARDED_CLAUDE_COMMAND: command }),
    });
  return { root, a, b, find };
}

test('the first one on PATH', () => {
  const { a, b, find } = twoFolders();
  writeScript(join(b, 'claude'), '#!/bin/sh\n');
  expect(find()).toEqual({ ok: true, path: join(b, 'claude') });
  writeScript(join(a, 'claude'), '#!/bin/sh\n');
  expect(find()).toEqual({ ok: true, path: join(a, 'claude') });
});

describe('we do not find ourselves', () => {
  test.each([
    ['a link to our launcher', (path: string) => symlinkSync(ourBin, path)],
    ['a wrapper by name', (path: string) => writeScript(path, '#!/bin/sh\nexec guarded-claude "$@"\n')],
    [
      'a wrapper by path',
      (path: string) => writeScript(path, '#!/bin/bash\nexec "/opt/bin/guarded-claude" "$@"\n'),
    ],
    [
      'a shim of a package manager',
      (path: string) =>
        writeScript(path, `#!/bin/sh\nexec node  "$basedir/../guarded-claude/bin/guarded-claude.js" "$@"\n`),
    ],
    [
      'a wrapper with a variable',
      (path: string) => writeScript(path, '#!/bin/sh\nX=1 guarded-claude "$@"\n'),
    ],
  ])('%s', (_name, make) => {
    const { a, b, find } = twoFolders();
    make(join(a, 'claude'));
    expect(find()).toMatchObject({ ok: false, code: 127 });
    writeScript(join(b, 'claude'), '#!/bin/sh\n');
    expect(find()).toEqual({ ok: true, path: join(b, 'claude') });
  });
});

test.each([
  ['a comment about us', '#!/bin/sh\n# not guarded-claude\nexec /opt/claude "$@"\n'],
  ['a folder that bears our name', '#!/bin/sh\nexec /src/guarded-claude/agents/claude "$@"\n'],
  ['no shebang', 'guarded-claude\n'],
])('%s does not make a program ourselves', (_name, text) => {
  const { a, find } = twoFolders();
  writeScript(join(a, 'claude'), text);
  expect(find()).toMatchObject({ ok: true });
});

test('a file without permission: 126, unless a usable one follows; a folder is no program', () => {
  const { a, b, find } = twoFolders();
  writeFileSync(join(a, 'claude'), 'x', { mode: 0o644 });
  expect(find()).toMatchObject({ ok: false, code: 126, message: expect.stringContaining(join(a, 'claude')) });
  mkdirSync(join(b, 'claude'));
  expect(find()).toMatchObject({ ok: false, code: 126 });
});

test('nothing: 127, with what to do', () => {
  const { find } = twoFolders();
  expect(find()).toMatchObject({ code: 127, message: expect.stringContaining('set GUARDED_CLAUDE_COMMAND') });
  expect(findAgent(['claude', 'x'], {})).toMatchObject({
    code: 127,
    message: expect.stringContaining('claude or x'),
  });
});

describe('GUARDED_CLAUDE_COMMAND', () => {
  test('as a path and as a name', () => {
    const { root, b, find } = twoFolders();
    writeScript(join(b, 'other'), '#!/bin/sh\n');
    expect(find('other')).toEqual({ ok: true, path: join(b, 'other') });
    expect(find(join(root, 'a/../b/other'))).toEqual({ ok: true, path: join(b, 'other') });
  });
  test('failures name the variable', () => {
    const { root, find } = twoFolders();
    expect(find('none')).toMatchObject({
      code: 127,
      message: expect.stringContaining('GUARDED_CLAUDE_COMMAND'),
    });
    expect(find('/none/x')).toMatchObject({
      code: 127,
      message: 'GUARDED_CLAUDE_COMMAND=/none/x: no such file',
    });
    expect(find(root)).toMatchObject({ code: 127 });
    expect(find(ourBin)).toMatchObject({
      code: 126,
      message: expect.stringContaining('guarded-claude itself'),
    });
    writeFileSync(join(root, 'plain'), '');
    expect(find(join(root, 'plain'))).toMatchObject({ code: 126 });
  });
});
