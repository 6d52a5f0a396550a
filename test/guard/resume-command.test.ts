import { expect, test } from 'vitest';
import { resumeArguments, resumeCommand } from '../../src/guard/resume-command.ts';
import { partsOfRun, snapshotWith } from '../support/run.ts';

const path = '/home/somebody/conversation.jsonl';
const parts = (args: readonly string[] = []) => partsOfRun({ id: 'id', transcriptPath: path, args });

test('a conversation is resumed by its id, with the person’s arguments and the mode it was in', () => {
  const { run, conversation } = parts(['--model', 'opus', 'the prompt']);
  expect(resumeCommand(run, conversation)).toBe('guarded-claude --model opus --resume id');
  expect(resumeArguments(run, conversation, 'plan')).toEqual([
    '--model',
    'opus',
    '--permission-mode',
    'plan',
    '--resume',
    'id',
  ]);
});

test('one that runs in the background is forked', () => {
  const { run, conversation } = parts();
  conversation.heldByOther(path, true);
  expect(resumeCommand(run, conversation)).toBe('guarded-claude --resume id --fork-session');
  expect(resumeArguments(run, conversation, null)).toContain('--fork-session');
});

test('one without a recorded turn, or that leaves no record, cannot be resumed', () => {
  const empty = parts();
  empty.conversation.interrupted(snapshotWith({ last_committed_message_index: null }));
  const unrecorded = parts(['--no-session-persistence']);
  for (const { run, conversation } of [empty, unrecorded, partsOfRun()]) {
    expect(resumeCommand(run, conversation)).toBeNull();
    expect(resumeArguments(run, conversation, null)).toBeNull();
  }
});
