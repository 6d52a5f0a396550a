/** Real processes that have, or seem to have, a conversation open. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { resumedFile } from '../../../src/guard/start/resumed-file.ts';
import {
  holderOf,
  otherIn,
  refusalAtStart,
  refuseSecondWriter,
} from '../../../src/guard/start/second-writer.ts';
import { openRun, statePaths } from '../../../src/platform/paths.ts';
import { startTimeOf } from '../../../src/platform/process-identity.ts';
import { temporaryFolder, writeScript } from '../../support/folder.ts';
import { partsOfRun } from '../../support/run.ts';
import { placeStatus } from '../../support/status.ts';

/** No other test's: those that run meanwhile would see these agents in their conversations. */
const id = 'acacacac-0000-4000-8000-000000000000';
const linux = process.platform === 'linux';

function world(args: readonly string[] = []) {
  const root = temporaryFolder();
  const env = { CLAUDE_CONFIG_DIR: root, XDG_STATE_HOME: join(root, 'state') };
  const folder = join(root, 'projects', '-p');
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(root, 'sessions'));
  const transcriptPath = join(folder, `${id}.jsonl`);
  writeFileSync(transcriptPath, `${JSON.stringify({ type: 'user', cwd: root })}\n`);
  return { root, ...partsOfRun({ args, env, cwd: root, id, transcriptPath }) };
}

/** An agent that says nothing of itself; `sh` is its interpreter, as node is that of a script. */
async function started(folder: string, name: string, args: readonly string[]): Promise<ChildProcess> {
  const program = writeScript(join(folder, name), '#!/bin/sh\necho up\nread -r _\n');
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], cwd: folder });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  return child;
}

test('an agent that keeps a record of itself is named, with its folder and since when', async () => {
  const { root, run, conversation } = world();
  const child = await started(root, 'any', []);
  const { pid = 0 } = child;
  const record = { pid, sessionId: id, procStart: startTimeOf(pid) };
  writeFileSync(join(root, 'sessions', `${pid}.json`), JSON.stringify(record));
  const told = await otherIn(run, conversation, null);
  expect(told).toContain(`process ${pid}`);
  if (linux) expect(told).toMatch(new RegExp(`in ${root}, since \\d\\d:\\d\\d\\)`));
  expect(conversation.isHeld).toBe(true);
  await expect(refuseSecondWriter(run, conversation)).rejects.toThrow('has this conversation open');
  expect(await otherIn(run, conversation, pid)).toBeNull(); // our own
  expect(conversation.isHeld).toBe(false);
});

test.skipIf(!linux).each([
  ['resumed it', ['--resume', id], true],
  ['began it', ['--session-id', id], true],
  ['forked from it', ['--resume', id, '--fork-session'], false],
  ['speaks of it', ['look', id], false],
])('an agent that keeps no account and %s', async (_name, args, expected) => {
  const { root, run, conversation } = world();
  await started(root, 'claude', args);
  expect((await otherIn(run, conversation, null)) !== null).toBe(expected);
});

describe.runIf(linux)('a guard elsewhere, which shares the home', () => {
  const elsewhere = { run: 'r-elsewhere', place: 'another machine entirely', state: 'idle' } as const;

  test('is named as what it is, not by a pid that is somebody else’s here', async () => {
    const { run, conversation } = world();
    placeStatus(statePaths(run.launch.env).root, { ...elsewhere, session_id: id, agent_pid: process.pid });
    const told = await otherIn(run, conversation, null);
    expect(told).toMatch(/^a guard on another machine or in another container .*has this conversation open$/);
    expect(told).not.toContain(String(process.pid));
  });

  test('does not keep an agent with the same pid from being seen', async () => {
    const { root, run, conversation } = world();
    const { pid = 0 } = await started(root, 'claude', ['--resume', id]);
    placeStatus(statePaths(run.launch.env).root, { ...elsewhere, session_id: 'another', agent_pid: pid });
    expect(await otherIn(run, conversation, null)).toContain(`process ${pid}`);
  });
});

test('another guard knows which conversation its agent is in', async () => {
  const { root, run, conversation } = world();
  const other = openRun(run.launch.env).paths;
  const status = {
    run: other.run,
    session_id: id,
    pid: process.pid,
    start_time: startTimeOf(process.pid),
    agent_pid: null,
    state: 'idle',
    cwd: root,
    since: new Date().toISOString(),
  };
  writeFileSync(other.status, JSON.stringify(status));
  expect(await otherIn(run, conversation, null)).toContain(`process ${process.pid}`);
});

test.each([
  [['--resume', id], true],
  [['--continue'], true],
  [['--resume', id, '--fork-session'], false],
  [[], false],
])('is looked for before a start with %j', async (args, expected) => {
  const { root, run } = world(args);
  const child = await started(root, 'any', []);
  const { pid = 0 } = child;
  const record = { pid, sessionId: id, procStart: startTimeOf(pid) };
  writeFileSync(join(root, 'sessions', `${pid}.json`), JSON.stringify(record));
  const file = await resumedFile(run.launch);
  const told = refusalAtStart(run.launch, file === null ? null : await holderOf(run, file, null));
  if (expected) expect(told).toMatch(/--fork-session/);
  else expect(told).toBeNull();
});
