import { expect, test } from 'vitest';
import { fileArguments, withoutFiles } from '../../../../src/agents/claude-code/launch/file-arguments.ts';

test('every value of every flag that takes files, in place', () => {
  const args = [
    '--mcp-config',
    'a',
    'b',
    '--model',
    'x',
    '--append-system-prompt-file=c',
    '--',
    '--settings',
    'd',
  ];
  const found = fileArguments(args);
  expect(found.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
  for (const { index, prefix, path } of found) expect(args[index]).toBe(`${prefix}${path}`);
});

test('folders, and a file that is written, are named but not read', () => {
  const found = fileArguments([
    '--add-dir',
    'a',
    'b',
    '--debug-file=c',
    '--plugin-dir',
    'd',
    '--mcp-config',
    'e',
  ]);
  expect(found.map(({ path, isRead }) => [path, isRead])).toEqual([
    ...['a', 'b', 'c', 'd'].map((path) => [path, false]),
    ['e', true],
  ]);
});

test('a command line without the flags of some files', () => {
  const args = [
    '--mcp-config',
    'a',
    '/run/given-1',
    '--model',
    'x',
    '--system-prompt-file=/run/given-2',
    'hi',
  ];
  expect(withoutFiles(args, ['/run/given-1', '/run/given-2'])).toEqual(['--model', 'x', 'hi']);
  expect(withoutFiles(args, [])).toEqual(args);
});
