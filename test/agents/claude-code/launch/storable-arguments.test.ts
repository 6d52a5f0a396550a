import { expect, test } from 'vitest';
import { flags } from '../../../../src/agents/claude-code/launch/flags.ts';
import { storableArguments } from '../../../../src/agents/claude-code/launch/storable-arguments.ts';

const id = '3f1c2d4e-0000-4000-8000-00000000abcd';

test.each([
  [['--resume', id], ['--resume', id], []],
  [
    ['--model', 'opus', '--dangerously-skip-permissions', '-d'],
    ['--model', 'opus', '--dangerously-skip-permissions', '-d'],
    [],
  ],
  [
    ['--disallowedTools', 'Bash(git *)', 'Edit', '--add-dir=../x'],
    ['--disallowedTools', 'Bash(git *)', 'Edit', '--add-dir=../x'],
    [],
  ],
  [
    ['--mcp-config', 'a.json', '--settings', 'mine.json'],
    ['--mcp-config', 'a.json', '--settings', 'mine.json'],
    [],
  ],
  [['--mcp-config', 'a.json', '{"env":{"KEY":"s"}}', '--verbose'], ['--verbose'], ['--mcp-config']],
  [['--settings={"env":{}}'], [], ['--settings']],
  [['--append-system-prompt', 'be kind', '--resume', id], ['--resume', id], ['--append-system-prompt']],
  [['--system-prompt=secret'], [], ['--system-prompt']],
  [['--from-the-future'], ['--from-the-future'], []],
  [['--from-the-future', 'value'], [], ['--from-the-future']],
  [['--from-the-future=value'], [], ['--from-the-future']],
  [['a prompt'], [], ['text']],
] as const)('%j: kept %j, left %j', (args, kept, left) => {
  expect(storableArguments(args)).toEqual({ args: kept, left });
});

test('of the flags that take a value, only those on the list are kept', () => {
  const kept = [...flags].filter(
    ([name, { takes }]) => takes !== 'nothing' && storableArguments([`${name}`, '{"x"}']).args.length > 0,
  );
  for (const [name] of kept)
    expect(name).not.toMatch(/prompt$|settings|json|key|url|data|instructions|metadata/);
});
