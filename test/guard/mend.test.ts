/** A file that another agent works with is not repaired under it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claudeCode } from '../../src/agents/claude-code/index.ts';
import { mend } from '../../src/guard/mend.ts';
import { prepare } from '../../src/guard/start/prepare.ts';
import { statePaths } from '../../src/platform/paths.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';
import { fixture } from '../support/places.ts';
import { partsOfRun } from '../support/run.ts';
import { placeStatus } from '../support/status.ts';

const id = 'aaaaaaaa-0000-4000-8000-000000000000';
const stray = readFileSync(fixture('transcripts', 'damaged', '38-stray-newest-branch.jsonl'), 'utf8');

/** A damaged conversation. */
function world(args: readonly string[] = []) {
  const root = temporaryFolder();
  const transcriptPath = join(root, 'projects', '-p', `${id}.jsonl`);
  mkdirSync(join(root, 'projects', '-p'), { recursive: true });
  writeFileSync(transcriptPath, stray);
  const command = writeScript(join(root, 'claude'), `#!/bin/sh\necho '2.1.38 (Claude Code)'\n`);
  const env = { CLAUDE_CONFIG_DIR: root, HOME: root, XDG_STATE_HOME: join(root, 'state') };
  const version = { text: '2.1.38', parts: [2, 1, 38] };
  const parts = partsOfRun({
    args,
    env: { ...env, GUARDED_CLAUDE_TUNNEL: 'off' },
    cwd: root,
    command,
    id,
    transcriptPath,
    version,
  });
  const text = () => readFileSync(transcriptPath, 'utf8');
  /** An agent of an old version, which keeps no record of itself; its guard does. */
  const watchedElsewhere = () =>
    placeStatus(statePaths(env).root, {
      run: 'another',
      session_id: id,
      agent_pid: process.pid,
      state: 'working',
    });
  return { ...parts, text, watchedElsewhere };
}

test.each([false, true])('after a stop, if another guard’s agent is in it: %s', async (isElsewhere) => {
  const { run, agent, conversation, text, watchedElsewhere, told } = world();
  if (isElsewhere) watchedElsewhere();
  await mend(run, agent, conversation, null);
  expect(text() === stray).toBe(isElsewhere);
  expect(told.some(({ type }) => type === 'repaired')).toBe(!isElsewhere);
});

test('after a stop, if nobody can tell whether another agent is in it', async () => {
  const { run, agent, conversation, text, told } = world();
  const findAgent = async () => await Promise.reject(new Error('too many open files'));
  const repairer = { ...claudeCode.repairer, findAgent };
  const blind = { ...run, launch: { ...run.launch, adapter: { ...claudeCode, repairer } } };
  expect(await mend(blind, agent, conversation, null)).toEqual([]);
  expect(text()).toBe(stray);
  const detail = 'not repaired: too many open files';
  expect(told).toContainEqual({ type: 'sensor.failed', sensor: 'guard', detail });
});

test.each([false, true])('before a resume, if another guard’s agent is in it: %s', async (isElsewhere) => {
  const { run, text, watchedElsewhere } = world(['--resume', id]);
  if (isElsewhere) watchedElsewhere();
  await prepare(run.launch, { unattended: true, emit() {} });
  expect(text() === stray).toBe(isElsewhere);
});
