import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments, splitWords } from '../../../../src/agents/claude-code/launch/arguments.ts';
import { flags, subcommands } from '../../../../src/agents/claude-code/launch/flags.ts';

const id = '3f1c2d4e-0000-4000-8000-00000000abcd';

describe('how an invocation runs', () => {
  it.each([
    [[], 'interactive'],
    [['fix the bug'], 'interactive'],
    [['-c'], 'interactive'],
    [['-p', 'hi'], 'print'],
    [['--print'], 'print'],
    [['-pc', 'hi'], 'print'],
    [['-cp'], 'print'],
    [['hi there', '-p'], 'print'],
    [['-p', 'mcp'], 'print'],
    [['mcp'], 'plain'],
    [['mcp', 'add', 'x', '--', 'npx', '-p', 'y'], 'plain'],
    [['--model', 'opus', 'doctor'], 'plain'],
    [['--', 'mcp'], 'plain'],
    [['--model', 'mcp'], 'interactive'],
    [['--allowedTools', 'Bash', 'mcp'], 'interactive'],
    [['--resume', 'mcp'], 'interactive'],
    [['fix it', 'mcp'], 'interactive'],
    [['rc'], 'plain'],
    [['sync', '--json'], 'plain'],
    [['bridge', 'a b'], 'plain'],
    [['remote-control', '--spawn', 'worktree'], 'serving'],
    [['remote-control', '--help'], 'plain'],
    [['foo-bar', '-p', 'x'], 'plain'],
    [['--model', 'opus', 'foo_bar2'], 'plain'],
    [['-p', 'rc'], 'print'],
    [['-c', 'rc'], 'interactive'],
    [['-r', id, 'rc'], 'interactive'],
    [['--', 'rc'], 'interactive'],
    [['rm the cache'], 'interactive'],
    [['Continue'], 'interactive'],
    [['why?'], 'interactive'],
    [['/review'], 'interactive'],
    [['@README.md'], 'interactive'],
    [['hallo-wélt'], 'interactive'],
    [['继续'], 'interactive'],
    [['-v'], 'plain'],
    [['--version'], 'plain'],
    [['-h'], 'plain'],
    [['-c', '--help'], 'plain'],
    [['--append-system-prompt', '--help'], 'interactive'],
    [['--bg', 'task'], 'plain'],
    [['-w', 'x', '--tmux=classic'], 'plain'],
    [['attach', '1a2b3c4d'], 'plain'],
    [['--cloud', 'do it'], 'plain'],
    [['cc://host/x'], 'plain'],
    [['--settings={"a":1}', 'update the docs'], 'interactive'],
  ] as const)('%j runs %s', (args, mode) => {
    expect(parseArguments(args).mode).toBe(mode);
  });
});

describe('which conversation an invocation opens', () => {
  const nothing = {
    sessionId: null,
    resumes: false,
    continues: false,
    forks: false,
    isRecorded: true,
    prompt: null,
  };
  it.each([
    [[], {}],
    [['hello you'], { prompt: 'hello you' }],
    [['--', 'hello'], { prompt: 'hello' }],
    [['hello'], {}],
    [['-c', '--no-session-persistence'], { resumes: true, continues: true, isRecorded: false }],
    [['--', '-odd'], { prompt: '-odd' }],
    [['--session-id', id], { sessionId: id }],
    [[`--session-id=${id}`, 'go'], { sessionId: id, prompt: 'go' }],
    [['-r', id, 'go'], { sessionId: id, resumes: true, prompt: 'go' }],
    [[`-r${id}`], { sessionId: id, resumes: true }],
    [['--resume'], { resumes: true }],
    [['--resume', '-c'], { resumes: true, continues: true }],
    [['--resume', 'my session'], { resumes: true }],
    [['-c', 'go'], { resumes: true, continues: true, prompt: 'go' }],
    [['-r', id, '--fork-session'], { resumes: true, forks: true }],
    [['--from-pr', '12'], { resumes: true }],
    [['--add-dir', 'a', 'b', '-c', 'go'], { resumes: true, continues: true, prompt: 'go' }],
    [['--debug', 'api', 'Go'], { prompt: 'Go' }],
    [['-d', '--verbose', 'Go'], { prompt: 'Go' }],
    [['--from-the-future', 'value', 'go on'], { prompt: 'go on' }],
    [['--from-the-future', 'go on'], { prompt: 'go on' }],
  ] as const)('%j', (args, expected) => {
    expect(parseArguments(args)).toMatchObject({ ...nothing, ...expected });
  });

  it('knows the settings that the user gives', () => {
    expect(parseArguments(['--settings', 'a.json', '--settings={"b":1}']).settings).toBe('{"b":1}');
  });
});

it('splits any command line into words without changing a byte', () => {
  const word = fc.oneof(
    fc.constantFrom(...flags.keys(), ...subcommands, '--', '-', '', '-pc', '--model=x', '--unknown'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word), (args) => {
      expect(splitWords(args).flatMap((each) => each.raw)).toEqual(args);
      parseArguments(args);
    }),
  );
});
