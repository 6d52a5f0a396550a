/** The launch as the person would give it now, after commands of theirs. */
import { mkdirSync, rmdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Overruled } from '../../src/agents/contract/conversation.ts';
import { lookAtDestination } from '../../src/guard/destination.ts';
import { findConversation } from '../../src/guard/find-conversation.ts';
import { launchNow } from '../../src/guard/launch-now.ts';
import { resumeCommand } from '../../src/guard/resume-command.ts';
import { whatIsOnRecord } from '../../src/guard/start/begin-anew.ts';
import { createComposer } from '../../src/person/composer.ts';
import { temporaryFolder } from '../support/folder.ts';
import { partsOfRun } from '../support/run.ts';

const id = 'aaaaaaaa-0000-4000-8000-000000000000';

const worktree: Overruled = { flag: '--worktree', by: 'folder' };
const model: Overruled = { flag: '--model', by: 'settings' };

/** A run in `old`, whose person may go to `new`. */
function stage(args: readonly string[] = [], command = 'claude') {
  const root = temporaryFolder();
  const folders = { old: join(root, 'old'), new: join(root, 'new') };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  for (const name of ['mcp.json', 'cli.js']) writeFileSync(join(folders.old, name), '{}');
  mkdirSync(join(folders.old, 'lib'));
  const env = { CLAUDE_CONFIG_DIR: join(root, 'home'), PWD: folders.old };
  const parts = partsOfRun({ args, cwd: folders.old, env, command, id, transcriptPath: join(root, 'x') });
  const move = async (folder: string, overruled = [worktree]) => {
    parts.conversation.changed({ folder, overruled });
    await lookAtDestination(parts.run, parts.conversation);
  };
  return { ...parts, folders, env, move };
}

test('it is the launch as it was while nothing has changed', () => {
  const { run, conversation } = stage(['--model', 'sonnet', '-w', 'x', '--add-dir', 'lib', 'Fix it.']);
  expect(launchNow(run, conversation)).toEqual(run.launch);
});

test('without the flags that were overruled', () => {
  const { run, conversation } = stage(['--model=sonnet', '--verbose', '--effort', 'low', '--', '--model']);
  conversation.changed({ folder: null, overruled: [model] });
  expect(launchNow(run, conversation).args).toEqual(['--verbose', '--effort', 'low', '--', '--model']);
  conversation.changed({ folder: null, overruled: [{ flag: '--effort', by: 'settings' }] });
  expect(launchNow(run, conversation).args).toEqual(['--verbose', '--', '--model']);
});

test('a new conversation does not know what was chosen for the one before it', () => {
  const { run, conversation } = stage(['--model', 'haiku', '--effort', 'low']);
  const overruled: readonly Overruled[] = [
    { flag: '--model', by: 'conversation' },
    { flag: '--effort', by: 'settings' },
  ];
  conversation.changed({ folder: null, overruled });
  expect(launchNow(run, conversation).args).toEqual([]);
  expect(launchNow(run, conversation, 'new').args).toEqual(['--model', 'haiku']);
});

test.each(['resume', 'new'] as const)('in the mode that the person has gone down to (%s)', (next) => {
  const { run, conversation } = stage(['--dangerously-skip-permissions', '--verbose']);
  const hook = { type: 'session', transcriptPath: null, source: 'hook' } as const;
  run.emit({ type: 'permission.mode', mode: 'plan' });
  const planning = ['--permission-mode', 'plan', '--verbose'];
  expect(launchNow(run, conversation, next).args).toEqual(planning);
  run.emit({ ...hook, sessionId: 'b', reason: 'clear' });
  expect(launchNow(run, conversation, next).args).toEqual(planning);
});

test('in the folder to which the conversation was moved, with the files and folders that were given', async () => {
  const { run, conversation, move, folders } = stage(
    ['-w', 'x', '--mcp-config', 'mcp.json', '{"a":1}', '--add-dir=lib', '--debug-file', '/log', 'lib'],
    './cli.js',
  );
  await move(folders.new);
  expect(launchNow(run, conversation)).toMatchObject({
    cwd: folders.new,
    env: { PWD: folders.new },
    command: join(folders.old, 'cli.js'),
    args: [
      ...['--mcp-config', join(folders.old, 'mcp.json'), '{"a":1}'],
      ...[`--add-dir=${join(folders.old, 'lib')}`, '--debug-file', '/log', 'lib'],
    ],
  });
});

test('a folder that is gone is none to start in', async () => {
  const { run, conversation, move, folders } = stage(['-w', 'x', '--mcp-config', 'mcp.json']);
  const file = join(folders.old, 'mcp.json');
  const circle = join(folders.new, 'circle'); // its error is none of a missing file
  symlinkSync(circle, circle);
  for (const folder of [join(folders.new, 'gone'), file, join(file, 'below'), circle, 'relative']) {
    await move(folder);
    expect(launchNow(run, conversation)).toEqual(run.launch);
  }
});

test('a checkout of its own is left only for a folder, which may be the one of the launch', async () => {
  const { run, conversation, move, folders } = stage(['-w', 'x']);
  await move(folders.old);
  expect(launchNow(run, conversation)).toMatchObject({ cwd: folders.old, args: [] });
  await move(join(folders.new, 'gone'));
  expect(launchNow(run, conversation).args).toEqual(['-w', 'x']);
});

test('in a turn of the loop no folder is asked for: what holds is what the latest look has found', async () => {
  const { run, conversation, move, folders } = stage();
  await move(folders.new);
  const before = launchNow(run, conversation);
  rmdirSync(folders.new);
  expect(launchNow(run, conversation)).toEqual(before);
});

test('the command to go on by hand leads to the folder', async () => {
  const { run, conversation, move, folders, env } = stage(['--model', 'sonnet']);
  await move(folders.new, [model]);
  const command = resumeCommand(run, conversation) ?? '';
  expect(command).toMatch(new RegExp(`^cd ${folders.new} && env .*guarded-claude --resume ${id}$`));
  expect(command).toContain(env.CLAUDE_CONFIG_DIR);
});

test('a conversation whose file the agent has moved is found where it is now, with the folder', async () => {
  const { run, agent, conversation, folders, env } = stage(['--resume', id]);
  const records = [
    { type: 'user', uuid: id, parentUuid: null, cwd: folders.old, message: { role: 'user', content: 'hi' } },
    { type: 'relocated', relocatedCwd: folders.new },
    ...['<command-name>/cd</command-name>', '<local-command-stdout>Moved to x</local-command-stdout>'].map(
      (content) => ({ type: 'system', content, cwd: folders.new, timestamp: new Date().toISOString() }),
    ),
  ];
  const home = join(env.CLAUDE_CONFIG_DIR, 'projects', '-new');
  mkdirSync(home, { recursive: true });
  const path = join(home, `${id}.jsonl`);
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await findConversation(run, agent, conversation);
  expect(conversation.transcriptPath).toBe(path);
  expect(launchNow(run, conversation).cwd).toBe(folders.new);
  expect(await whatIsOnRecord(run, agent, conversation, createComposer())).toBe('kept');
});

test('without hooks, a moved conversation is still the one that got the latest prompt', async () => {
  const { run, agent, conversation, move, folders, env, told } = stage(['--resume', id]);
  const other = 'bbbbbbbb-0000-4000-8000-000000000000';
  const home = join(env.CLAUDE_CONFIG_DIR, 'projects', '-new');
  mkdirSync(home, { recursive: true });
  const write = (session: string, cwd: string, atMs: number) => {
    const message = { role: 'user', content: 'hi' };
    const record = { type: 'user', cwd, timestamp: new Date(atMs).toISOString(), message };
    const path = join(home, `${session}.jsonl`);
    writeFileSync(path, `${JSON.stringify(record)}\n`);
    utimesSync(path, new Date(atMs), new Date(atMs));
  };
  run.emit({ type: 'input', kind: 'enter', bytes: 1 });
  const entered = conversation.enteredMs[0] ?? 0;
  write(id, folders.old, entered + 1_000); // where it began
  write(other, folders.new, entered + 500);
  await move(folders.new);
  await findConversation(run, agent, conversation);
  expect(told.filter((each) => each.type === 'session' && each.sessionId === other)).toEqual([]);
  expect(conversation.id).toBe(id);
});

test('what a command has changed stays changed when the person begins another conversation', async () => {
  const { run, conversation, move, folders } = stage(['--model', 'sonnet']);
  await move(folders.new, [model]);
  run.emit({ type: 'session', sessionId: 'b', transcriptPath: null, source: 'hook', reason: 'clear' });
  conversation.changed({ folder: null, overruled: [] });
  expect(launchNow(run, conversation)).toMatchObject({ cwd: folders.new, args: [] });
});
