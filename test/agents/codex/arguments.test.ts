import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseArguments, splitWords } from '../../../src/agents/codex/arguments.ts';
import { freshArguments, resumeArguments } from '../../../src/agents/codex/resume-arguments.ts';

const id = '01a1fdca-aed1-71f1-9f02-41e63b4d6500';

test.each([
  [[], { mode: 'interactive', prompt: null, resumes: false, sessionId: null }],
  [['fix it'], { mode: 'interactive', prompt: 'fix it' }],
  [
    ['-m', 'gpt-5', '-i', 'a.png', 'b.png', '-s', 'read-only', 'fix it'],
    { mode: 'interactive', prompt: 'fix it' },
  ],
  [['--', 'exec'], { mode: 'interactive', prompt: 'exec' }],
  [['-m', 'exec', 'fix it'], { mode: 'interactive', prompt: 'fix it' }],
  [['resume', id, 'go on'], { mode: 'interactive', resumes: true, sessionId: id, prompt: 'go on' }],
  [
    ['-a', 'never', 'resume', '--last', 'go on'],
    { resumes: true, continues: true, sessionId: null, prompt: 'go on' },
  ],
  [['resume'], { mode: 'interactive', resumes: true, continues: false, sessionId: null, prompt: null }],
  [['resume', 'my-name'], { resumes: true, sessionId: null }],
  [['fork', id], { mode: 'interactive', forks: true, sessionId: null }],
  [['exec', 'fix it'], { mode: 'plain' }],
  [['-c', 'model=x', 'e', 'fix it'], { mode: 'plain' }],
  [['login'], { mode: 'plain' }],
  [['mcp', 'list'], { mode: 'plain' }],
  [['--version'], { mode: 'plain' }],
  [['-V'], { mode: 'plain' }],
  [['resume', '--help'], { mode: 'plain' }],
  [['--remote', 'ws://x:1'], { mode: 'plain' }],
  [['--remote=ws://x:1'], { mode: 'plain' }],
])('%j', (args, expected) => {
  expect(parseArguments(args)).toMatchObject(expected);
});

test('the words are the arguments, byte for byte', () => {
  const word = fc.oneof(
    fc.constantFrom('-m', '-i', '--', '-c', 'resume', '--last', '--config=a', '-mx', '--none'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word), (args) => {
      expect(splitWords(args).flatMap(({ raw }) => raw)).toEqual(args);
    }),
  );
});

test.each([
  [[], ['resume', id, 'go on']],
  [
    ['-m', 'gpt-5', '--search', 'fix it'],
    ['-m', 'gpt-5', '--search', 'resume', id, 'go on'],
  ],
  [
    ['resume', id, 'before'],
    ['resume', id, 'go on'],
  ],
  [
    ['-c', 'model="x"', 'resume', '--last', '--all'],
    ['-c', 'model="x"', 'resume', id, 'go on'],
  ],
  [
    ['--worktree', '-i', 'a.png', 'b.png', '--no-alt-screen'],
    ['--no-alt-screen', 'resume', id, 'go on'],
  ],
  // The conversation's own permissions hold.
  [['--dangerously-bypass-approvals-and-sandbox'], ['resume', id, 'go on']],
  [
    ['--yolo', '-a', 'never', '-s=danger-full-access', '--approve-for-me'],
    ['resume', id, 'go on'],
  ],
  [
    ['-c', 'approval_policy="never"', '--config=sandbox_mode=x'],
    ['resume', id, 'go on'],
  ],
])('%j is relaunched as %j', (args, expected) => {
  expect(resumeArguments(args, id, 'go on')).toEqual(expected);
});

test('a prompt that looks like a flag, and no prompt', () => {
  expect(resumeArguments([], id, '- go on')).toEqual(['resume', id, '--', '- go on']);
  expect(resumeArguments([], id, null)).toEqual(['resume', id]);
});

test.each([
  [[], []],
  [
    ['fix it', '-m', 'gpt-5', '--search'],
    ['-m', 'gpt-5', '--search'],
  ],
  [
    ['-m', 'gpt-5', '--', 'fix it'],
    ['-m', 'gpt-5'],
  ],
  // It knows nothing of its permissions or its checkout.
  [
    ['--yolo', '--worktree', '-c', 'approval_policy="never"', 'fix it'],
    ['--yolo', '--worktree', '-c', 'approval_policy="never"'],
  ],
])('%j begins anew as %j', (args, kept) => {
  for (const asGiven of [true, false]) {
    expect(freshArguments(args, 'go on', asGiven)).toEqual([...kept, '--', 'go on']);
    expect(freshArguments(args, null, asGiven)).toEqual(kept);
  }
});

test.each([
  [
    ['fork', id, 'fix it'],
    ['fork', id],
  ],
  [
    ['-m', 'gpt-5', 'fork', '--last', 'fix it'],
    ['-m', 'gpt-5', 'fork', '--last'],
  ],
  [['resume'], ['resume']],
])('%j begins anew from there as %j, and from nothing without it', (args, kept) => {
  expect(freshArguments(args, null, true)).toEqual(kept);
  if (kept.length > 1) expect(freshArguments(args, 'go on', true)).toEqual([...kept, '--', 'go on']);
  expect(freshArguments(args, 'go on', false)).toEqual([
    ...(args[0] === '-m' ? ['-m', 'gpt-5'] : []),
    '--',
    'go on',
  ]);
});

test('begun anew: what stands behind -- stays there, and images come with the prompt', () => {
  expect(freshArguments(['fork', '-i', 'a.png', '--', id, 'fix it'], 'go on', true)).toEqual([
    'fork',
    '-i',
    'a.png',
    '--',
    id,
    'go on',
  ]);
  expect(freshArguments(['fix it', '-i', 'a.png'], 'go on', true)).toEqual(['-i', 'a.png', '--', 'go on']);
  expect(freshArguments(['fix it', '-i', 'a.png'], null, true)).toEqual([]);
  expect(freshArguments(['fix it', '-i', 'a.png'], 'go on', false)).toEqual(['--', 'go on']);
});

test('begun anew: a prompt cannot be given where the person chooses the conversation', () => {
  expect(() => freshArguments(['fork'], 'go on', true)).toThrow('only the person can choose');
});
