import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readWrapperForm } from '../../src/platform/wrapper-form.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';

const read = (...args: readonly string[]) => readWrapperForm(args, ['claude', 'codex']);

test('an executable, with its arguments', () => {
  const file = writeScript(join(temporaryFolder(), 'any name'), '#!/bin/sh\n');
  expect(read(file)).toEqual({ ok: true, named: [file], args: [] });
  expect(read(file, '-p', file)).toEqual({ ok: true, named: [file], args: ['-p', file] });
  expect(read('--', file)).toBeNull();
});

test('an interpreter with its own flags and a script', () => {
  const folder = temporaryFolder();
  const node = writeScript(join(folder, 'node'), '#!/bin/sh\n');
  const script = join(folder, 'cli.js');
  writeFileSync(script, '');
  expect(read(node, script, 'hi')).toEqual({ ok: true, named: [node, script], args: ['hi'] });
  const flags = [node, '--max-old-space-size=100', '-r', './x.js', script];
  expect(read(...flags, '-p')).toEqual({ ok: true, named: flags, args: ['-p'] });
  expect(read(node, join(folder, 'gone.js'))).toMatchObject({ ok: false, code: 127 });
  expect(read(node)).toBeNull();
});

test('an argument that begins with a slash and is not an executable is a prompt', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'picture.png'), '');
  mkdirSync(join(folder, 'claude'));
  for (const prompt of ['/clear', '/review the last commit', '/claude', '/etc', 'claude', './claude', ''])
    expect(read(prompt), prompt).toBeNull();
  expect(read(join(folder, 'picture.png'))).toBeNull();
  expect(read(join(folder, 'missing.png'))).toBeNull();
  expect(read(join(folder, 'claude'))).toBeNull();
});

test('a path with the agent’s name means the agent, whether it exists or not', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'claude');
  expect(read(file)).toMatchObject({ ok: false, code: 127, message: `${file}: no such file` });
  writeFileSync(file, '', { mode: 0o644 });
  expect(read(file)).toMatchObject({ ok: false, code: 126 });
});
