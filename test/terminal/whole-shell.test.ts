/** The agent gets every variable that the person has. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { wholeShell } from '../../src/terminal/whole-shell.ts';

const PATH = process.env.PATH ?? '';
const strange = { PATH, 'a.b': '1', 'BASH_FUNC_x%%': '() {  echo "a  b"\n}', 'c//d:_e': '2' };

test('is the plain one while it knows every name', () => {
  expect(wholeShell({ PATH, PLAIN_1: '' })).toEqual(['/bin/sh']);
});

test('keeps variables whatever their names', () => {
  const [file = '', ...flags] = wholeShell(strange);
  const { stdout } = spawnSync(file, [...flags, '-c', 'exec /usr/bin/env -0'], { env: strange });
  const kept = String(stdout).split('\0');
  for (const [name, value] of Object.entries(strange)) expect(kept).toContain(`${name}=${value}`);
});
