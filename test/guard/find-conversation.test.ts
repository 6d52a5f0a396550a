/** Which conversation the agent is in, where it has not said so yet. */
import { spawn } from 'node:child_process';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findConversation } from '../../src/guard/find-conversation.ts';
import { openRun } from '../../src/platform/paths.ts';
import { ownIdentity, startTimeOf } from '../../src/platform/process-identity.ts';
import { processTable } from '../../src/platform/process-table.ts';
import { readSessions } from '../../src/records/sessions.ts';
import { temporaryFolder } from '../support/folder.ts';
import { partsOfRun } from '../support/run.ts';

vi.mock('../../src/platform/process-table.ts', { spy: true });
vi.mock('../../src/records/sessions.ts', { spy: true });

const ours = 'aaaaaaaa-0000-4000-8000-000000000000';
const theirs = 'bbbbbbbb-0000-4000-8000-000000000000';

/** Two conversations in one folder, both changed since the launch; the one of somebody else was changed last. */
function world() {
  const root = temporaryFolder();
  const env = { CLAUDE_CONFIG_DIR: root, XDG_STATE_HOME: join(root, 'state') };
  const home = join(root, 'projects', '-p');
  mkdirSync(home, { recursive: true });
  mkdirSync(join(root, 'sessions'));
  const parts = partsOfRun({ args: ['-r'], env, cwd: root });
  for (const [index, id] of [ours, theirs].entries()) {
    const path = join(home, `${id}.jsonl`);
    writeFileSync(path, `${JSON.stringify({ type: 'user', cwd: root })}\n`);
    const at = new Date(Date.now() + index * 1_000);
    utimesSync(path, at, at);
  }
  const found = async () => {
    await findConversation(parts.run, parts.agent, parts.conversation);
    return parts.conversation.id;
  };
  return { root, env, found };
}

test('it is the newest file of the folder', async () => {
  expect(await world().found()).toBe(theirs);
});

test('but not one that another guard’s agent is in', async () => {
  const { env, found } = world();
  const { run, status } = openRun(env).paths;
  const { pid, startTime } = ownIdentity();
  const told = { run, session_id: theirs, pid, start_time: startTime, state: 'idle', cwd: '/' };
  writeFileSync(status, JSON.stringify({ ...told, since: new Date().toISOString() }));
  expect(await found()).toBe(ours);
});

/** An agent that has this conversation on its own record. */
function startAgent(root: string, sessionId: string): void {
  const agent = spawn('sleep', ['60']);
  onTestFinished(() => void agent.kill('SIGKILL'));
  const { pid = 0 } = agent;
  const record = { pid, sessionId, procStart: startTimeOf(pid) };
  writeFileSync(join(root, 'sessions', `${pid}.json`), JSON.stringify(record));
}

test('nor one that another agent has on its own record', async () => {
  const { root, found } = world();
  startAgent(root, theirs);
  expect(await found()).toBe(ours);
});

test('however many are others’, the guards and the processes are read once in each look', async () => {
  const { root, found } = world();
  for (const id of [ours, theirs]) startAgent(root, id);
  vi.mocked(processTable).mockClear();
  vi.mocked(readSessions).mockClear();
  expect(await found()).toBeNull();
  expect(processTable).toHaveBeenCalledOnce();
  expect(readSessions).toHaveBeenCalledOnce();
});
