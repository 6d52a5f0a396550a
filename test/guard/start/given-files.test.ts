/** Files that can be read only once, at a start that the guard refuses: another agent has the conversation open. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { supervise } from '../../../src/guard/supervise.ts';
import { statePaths } from '../../../src/platform/paths.ts';
import { startTimeOf } from '../../../src/platform/process-identity.ts';
import { sayWarnings } from '../../../src/words/say-warnings.ts';
import { temporaryFolder, writeScript } from '../../support/folder.ts';
import { partsOfRun } from '../../support/run.ts';

vi.mock('../../../src/words/say-warnings.ts', () => ({ sayWarnings: vi.fn() }));

const id = 'aaaaaaaa-0000-4000-8000-000000000000';

/** Another process says that it is in the conversation. */
async function openElsewhere(root: string): Promise<void> {
  const other = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void other.kill('SIGKILL'));
  await once(other, 'spawn');
  const { pid = 0 } = other;
  for (const folder of ['projects/-p', 'sessions']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'projects/-p', `${id}.jsonl`), `${JSON.stringify({ type: 'user', cwd: root })}\n`);
  const record = { pid, sessionId: id, procStart: startTimeOf(pid) };
  writeFileSync(join(root, 'sessions', `${pid}.json`), JSON.stringify(record));
}

/** What a shell makes of `<(echo TEXT)`. */
function readOnce(root: string, text: string): string {
  const path = join(root, 'pipe');
  execFileSync('mkfifo', [path]);
  const writer = spawn('sh', ['-c', 'echo "$2" >"$1"', 'sh', path, text], { stdio: 'ignore' });
  onTestFinished(() => void writer.kill('SIGKILL'));
  return path;
}

test('a refused start keeps no copy of a file that can be read only once', async () => {
  const root = temporaryFolder();
  await openElsewhere(root);
  const given = readOnce(root, JSON.stringify({ env: { MINE: 'secret' } }));
  const command = writeScript(join(root, 'claude'), `#!/bin/sh\necho '2.1.329 (Claude Code)'\n`);
  const args = ['--resume', id, '--settings', given];
  const env = { ...process.env, CLAUDE_CONFIG_DIR: root, XDG_STATE_HOME: join(root, 'state'), HOME: root };
  // The parts of a run come without the arguments, because making them would read the pipe.
  const { launch } = partsOfRun({ env, cwd: root, command }).run;
  expect(await supervise({ ...launch, args, invocation: launch.adapter.parseArguments(args) })).toBe(1);
  expect(vi.mocked(sayWarnings).mock.calls.flat(2)).toEqual([
    expect.stringContaining('has this conversation open'),
  ]);
  const { sessions } = statePaths(env);
  expect(existsSync(sessions)).toBe(true);
  const left = readdirSync(sessions, { recursive: true, encoding: 'utf8' });
  expect(left.filter((name) => name.includes('given-'))).toEqual([]);
});
