/** Whether a conversation is resumed or begun anew, and how. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codex } from '../../../src/agents/codex/index.ts';
import { freshStart, whatIsOnRecord } from '../../../src/guard/start/begin-anew.ts';
import { composing } from '../../support/composing.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { partsOfRun } from '../../support/run.ts';

const id = 'aaaaaaaa-0000-4000-8000-000000000000';
const earlier = 'bbbbbbbb-0000-4000-8000-000000000000';
const turn = { type: 'user', uuid: id, parentUuid: null, message: { role: 'user', content: 'hi' } };
const bookkeeping = { type: 'file-history-snapshot', messageId: id, snapshot: {} };

interface World {
  readonly args?: readonly string[];
  /** Records of the conversation's file; null: there is none. */
  readonly records?: readonly object[] | null;
  /** Null: it is not known. */
  readonly knownId?: string | null;
  readonly isCleared?: boolean;
  readonly hadTurn?: boolean;
  readonly prompts?: number;
  readonly hooks?: boolean;
}

function world(given: World) {
  const { args = [], records = null, knownId = id, isCleared = false, hadTurn = false } = given;
  const { prompts = 0, hooks = true } = given;
  const folder = join(temporaryFolder(), 'projects', '-p');
  mkdirSync(folder, { recursive: true });
  const transcriptPath = join(folder, `${id}.jsonl`);
  if (records !== null)
    writeFileSync(transcriptPath, records.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const { composer, type, shows } = composing();
  for (let count = 0; count < prompts; count++) {
    shows('idle');
    type('x\r');
    if (hooks) composer.taken({ text: 'x', id: null, atMs: 0 });
    shows('busy');
  }
  const parts = partsOfRun({ args, hooks, id: knownId, transcriptPath });
  const { conversation } = parts;
  const cleared = { type: 'session', transcriptPath, source: 'hook', reason: 'clear', at: 0 } as const;
  if (isCleared) conversation.follow({ ...cleared, sessionId: id });
  if (hadTurn) conversation.turnEnded();
  return { ...parts, composer };
}

const onRecord = (given: World) => {
  const { run, agent, conversation, composer } = world(given);
  return whatIsOnRecord(run, agent, conversation, composer);
};

describe('a conversation', () => {
  test.each<[string, World, 'kept' | 'nothing' | 'lost']>([
    ['with a turn is resumed', { records: [bookkeeping, turn], prompts: 3 }, 'kept'],
    ['of which no id is known is not', { knownId: null }, 'nothing'],
    ['without a file is not', {}, 'nothing'],
    ['of bookkeeping alone is not', { records: [bookkeeping], prompts: 1 }, 'nothing'],
    ['whose first prompt was typed and no hook tells is not', { prompts: 1, hooks: false }, 'nothing'],
    ['under an id of the person is not', { args: ['--session-id', id] }, 'nothing'],
    ['forked from another is not', { args: ['--resume', earlier, '--fork-session'] }, 'nothing'],
    ['whose first turn has ended is lost', { prompts: 1, hadTurn: true }, 'lost'],
    ['and where no hook tells, too', { prompts: 1, hooks: false, hadTurn: true }, 'lost'],
    ['and where no id is known', { knownId: null, hadTurn: true }, 'lost'],
  ])('%s', async (_name, given, expected) => expect(await onRecord(given)).toBe(expected));

  test.each<[string, World]>([
    ['that the person went on with', { args: ['--resume', id] }],
    ['that had a second prompt', { prompts: 2 }],
    ['that had a second prompt and no hook tells', { prompts: 2, hooks: false }],
  ])('%s and that is not on record is lost, and said to be', async (_name, given) => {
    await expect(onRecord(given)).rejects.toThrow('none of the conversation is on record');
  });
});

describe('begun anew', () => {
  test.each<[string, World, string | null, readonly string[], string | null]>([
    [
      'as the person began it, under the pinned id',
      { args: ['-n', 'x', 'go'] },
      'go',
      ['-n', 'x', '--', 'go'],
      id,
    ],
    ['under the id of the person', { args: ['--session-id', id, '--verbose'] }, null, ['--verbose'], id],
    [
      'from where it was forked',
      { args: ['--resume', earlier, '--fork-session', 'go'] },
      'go',
      ['--resume', earlier, '--fork-session', '--', 'go'],
      id,
    ],
    [
      'from where it was forked, with another prompt',
      { args: ['--resume', earlier, '--fork-session', '--session-id', id, 'go'] },
      'do it',
      ['--resume', earlier, '--fork-session', '--', 'do it'],
      id,
    ],
    [
      'from nothing, where it was cleared',
      { args: ['--model', 'opus', '--resume', earlier, 'go'], isCleared: true },
      null,
      ['--model', 'opus'],
      id,
    ],
    [
      'with the prompt beside a flag that takes many words',
      { args: ['go on', '--allowedTools', 'Bash', 'Edit'] },
      'go on',
      ['--allowedTools', 'Bash', 'Edit', '--', 'go on'],
      id,
    ],
    ['in a worktree of its own', { args: ['go on', '-w'] }, 'go on', ['-w', '--', 'go on'], id],
    ['as it was, where no id is known', { args: ['-c', 'go'], knownId: null }, 'go', ['-c', 'go'], null],
    ['without a prompt that needs no answer', { args: ['-n', 'x', 'go'] }, null, ['-n', 'x'], id],
  ])('%s', (_name, given, prompt, args, pin) => {
    const { run, agent, conversation } = world(given);
    expect(freshStart(run, agent, conversation, prompt)).toMatchObject({ args, pin });
  });

  test('under another id if a file without a turn has taken this one', () => {
    const { run, agent, conversation, told } = world({
      args: ['--session-id', id],
      records: [bookkeeping],
    });
    const { args, pin } = freshStart(run, agent, conversation, null);
    expect(args).toEqual([]);
    expect(pin).not.toBe(id);
    expect(told).toMatchObject([{ type: 'session', sessionId: pin, source: 'pinned' }]);
  });

  test.each<[string, string | null, readonly string[]]>([
    ['as the person began it', 'fix it', ['fix it', '--search']],
    ['without a prompt that was answered', null, ['--search']],
    ['with what is said of its prompt', 'go on', ['--search', '--', 'go on']],
  ])('by an agent that takes no id: %s', (_name, prompt, args) => {
    const { run, agent, conversation } = partsOfRun({ args: ['fix it', '--search'], adapter: codex });
    expect(freshStart(run, agent, conversation, prompt)).toEqual({ args, pin: null });
  });

  test('without the prompt that was asked before it was cleared, and that is known', () => {
    const { run, agent, conversation } = world({ args: ['go on'], isCleared: true });
    expect(freshStart(run, agent, conversation, null)).toEqual({ args: [], pin: id });
  });

  test('from nothing, where it was cleared and no id is known', () => {
    const { run, agent, conversation } = world({
      args: ['--model', 'opus', '--resume', earlier, 'go'],
      isCleared: true,
    });
    const unpinned = { ...run.launch.adapter, abilities: codex.abilities };
    const unknown = { ...run, launch: { ...run.launch, adapter: unpinned } };
    expect(freshStart(unknown, agent, conversation, null).args).toEqual(['--model', 'opus']);
  });
});
