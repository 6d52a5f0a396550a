import { expect, test } from 'vitest';
import { codex } from '../../src/agents/codex/index.ts';
import type { Conversation } from '../../src/guard/conversation.ts';
import { plainResume, resumeArguments, resumeCommand } from '../../src/guard/resume-command.ts';
import type { Run } from '../../src/guard/run.ts';
import { partsOfRun, snapshotWith } from '../support/run.ts';

const path = '/home/somebody/conversation.jsonl';
const own = { CLAUDE_CONFIG_DIR: undefined, XDG_STATE_HOME: '/state' };
const parts = (args: readonly string[] = []) =>
  partsOfRun({ id: 'id', transcriptPath: path, args, env: own });

test('a conversation is resumed by its id, with the person’s arguments and the mode it was in', () => {
  const { run, conversation } = parts(['--model', 'opus', 'the prompt']);
  const command = 'env XDG_STATE_HOME=/state guarded-claude';
  expect(resumeCommand(run, conversation)).toBe(`${command} --model opus --resume id`);
  run.emit({ type: 'permission.mode', mode: 'plan' });
  expect(resumeCommand(run, conversation)).toBe(`${command} --permission-mode plan --model opus --resume id`);
});

test('one that runs in the background is forked', () => {
  const { run, conversation } = parts();
  conversation.heldByOther(path, true);
  expect(resumeCommand(run, conversation)).toBe(
    'env XDG_STATE_HOME=/state guarded-claude --resume id --fork-session',
  );
  expect(resumeArguments(run, conversation)).toContain('--fork-session');
});

test('it is the same agent with the same home, from whatever shell', () => {
  const env = { ...own, GUARDED_CLAUDE_AGENT: 'codex', GUARDED_CLAUDE_COMMAND: '/some where/codex' };
  const { run, conversation } = partsOfRun({ id: 'id', transcriptPath: path, adapter: codex, env });
  expect(resumeCommand(run, conversation)).toBe(
    "env GUARDED_CLAUDE_AGENT=codex 'GUARDED_CLAUDE_COMMAND=/some where/codex' XDG_STATE_HOME=/state guarded-claude resume id",
  );
});

test('what others may read of it holds none of the person’s arguments', () => {
  const { run, conversation } = parts(['--append-system-prompt', 'a private matter']);
  expect(plainResume(run, conversation)).toEqual([
    'env',
    'XDG_STATE_HOME=/state',
    'guarded-claude',
    '--resume',
    'id',
  ]);
});

test('one without a recorded turn, or that leaves no record, cannot be resumed', () => {
  const empty = parts();
  empty.conversation.interrupted(snapshotWith({ last_committed_message_index: null }));
  const unrecorded = parts(['--no-session-persistence']);
  for (const { run, conversation } of [empty, unrecorded, partsOfRun()]) {
    expect(resumeCommand(run, conversation)).toBeNull();
    expect(resumeArguments(run, conversation)).toBeNull();
  }
});

test.each([
  ['a prompt of it is on record', (run: Run) => run.emit({ type: 'prompt.recorded' })],
  ['a turn of it was seen to end', (_: Run, conversation: Conversation) => conversation.turnEnded()],
])('one that was begun anew can be resumed once %s', (_, happen) => {
  const { run, conversation } = parts();
  conversation.interrupted(snapshotWith({ last_committed_message_index: null }));
  run.emit({ type: 'agent.started', generation: 2, pid: 1, resumed: false, prompted: true });
  expect(resumeCommand(run, conversation)).toBeNull();
  happen(run, conversation);
  expect(resumeCommand(run, conversation)).toContain('--resume id');
});
