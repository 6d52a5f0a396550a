import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments, splitWords } from '../../../../src/agents/claude-code/launch/arguments.ts';
import { flags } from '../../../../src/agents/claude-code/launch/flags.ts';
import {
  freshArguments,
  resumeArguments,
} from '../../../../src/agents/claude-code/launch/resume-arguments.ts';

const id = '3f1c2d4e-0000-4000-8000-00000000abcd';
const other = '99999999-0000-4000-8000-00000000abcd';

describe('arguments of a relaunch', () => {
  it.each([
    [[], []],
    [['fix it'], []],
    [
      ['--model', 'opus', 'fix it'],
      ['--model', 'opus'],
    ],
    [['-c'], []],
    [['-r', other, '--fork-session', 'go'], []],
    [['--session-id', other, '--verbose'], ['--verbose']],
    [
      ['-cd', '--verbose', 'go'],
      ['-d', '--verbose'],
    ],
    [
      ['--allowedTools', 'Bash(git *)', 'Edit', '--', 'fix it'],
      ['--allowedTools', 'Bash(git *)', 'Edit'],
    ],
    [
      ['--permission-mode', 'plan', '--mcp-config', 'a.json', 'b.json', '--add-dir=../x'],
      ['--permission-mode', 'plan', '--mcp-config', 'a.json', 'b.json', '--add-dir=../x'],
    ],
    [['-w'], []],
    [
      ['-w', 'feature', 'go'],
      ['-w', 'feature'],
    ],
    [
      ['--from-the-future', 'value', 'go on'],
      ['--from-the-future', 'value'],
    ],
  ] as const)('%j keeps %j', (args, kept) => {
    expect(resumeArguments(args, id, 'You were interrupted.')).toEqual([
      ...kept,
      '--resume',
      id,
      'You were interrupted.',
    ]);
    expect(resumeArguments(args, id, null)).toEqual([...kept, '--resume', id]);
  });

  it('keeps every process flag, in order, and names the conversation once', () => {
    const usable = [...flags].filter(([, flag]) => flag.group !== 'plain' && flag.group !== 'print');
    const written = usable.map(([name, { takes }]) => (takes === 'nothing' ? [name] : [name, 'x', 'y']));
    const words = fc.array(fc.constantFrom(...written, ['text'], ['--model=x'])).map((each) => each.flat());
    fc.assert(
      fc.property(words, (args) => {
        const resumed = resumeArguments(args, id, 'Go on.');
        expect(parseArguments(resumed)).toMatchObject({ sessionId: id, resumes: true, prompt: 'Go on.' });
        const isKept = (group: string, value: string | null) =>
          group !== 'conversation' && (group !== 'worktree' || value !== null);
        const kept = splitWords(args)
          .filter((each) => each.uses.some((use) => isKept(use.flag.group, use.value)))
          .flatMap((each) => each.raw);
        expect(resumed).toEqual([...kept, '--resume', id, 'Go on.']);
      }),
    );
  });
});

describe('arguments of a conversation that begins anew', () => {
  it.each([
    [['fix it'], []],
    [
      ['fix it', '--allowedTools', 'Bash', 'Edit'],
      ['--allowedTools', 'Bash', 'Edit'],
    ],
    [
      ['--allowedTools', 'Bash', '--', 'fix it'],
      ['--allowedTools', 'Bash'],
    ],
    [['fix it', '-d'], ['-d']],
    [['fix it', '-w'], ['-w']],
    [['fix it', '--from-the-future'], ['--from-the-future']],
  ] as const)('%j keeps %j', (args, kept) => {
    for (const asGiven of [true, false]) {
      expect(freshArguments(args, 'Fix it.', asGiven)).toEqual([...kept, '--', 'Fix it.']);
      expect(freshArguments(args, null, asGiven)).toEqual(kept);
    }
  });

  it('asks what is given, whatever stands before it', () => {
    const usable = [...flags].filter(([, flag]) => flag.group !== 'plain' && flag.group !== 'print');
    const written = usable.flatMap(([name, { takes }]) => [
      ...(takes === 'nothing' || takes === 'maybe' ? [[name]] : []),
      ...(takes === 'nothing' ? [] : [[name, 'x', 'y']]),
    ]);
    const others = [['text'], ['a text'], ['--unknown'], ['--model=x']];
    const words = fc.array(fc.constantFrom(...written, ...others)).map((each) => each.flat());
    fc.assert(
      fc.property(words, fc.boolean(), fc.constantFrom('go', 'Go on.', '-odd'), (args, asGiven, prompt) => {
        const begun = freshArguments(args, prompt, asGiven);
        expect(parseArguments(begun)).toMatchObject({ mode: 'interactive', prompt });
        const process = (all: readonly string[]) =>
          splitWords(all)
            .filter((each) => each.uses.some((use) => use.flag.group !== 'conversation'))
            .flatMap((each) => each.raw);
        expect(process(begun)).toEqual(process(args));
      }),
    );
  });
});
