/** Files that can be read only once: every launch gets their content, and the records never hold it. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { withCopies } from '../../../src/guard/start/given-files.ts';
import { prepare } from '../../../src/guard/start/prepare.ts';
import { temporaryFolder, writeScript } from '../../support/folder.ts';
import { partsOfRun } from '../../support/run.ts';

afterEach(() => vi.unstubAllEnvs());

/** What a shell makes of `<(echo TEXT)`. */
function readOnce(root: string, text: string): string {
  const path = join(root, 'pipe');
  execFileSync('mkfifo', [path]);
  const writer = spawn('sh', ['-c', 'echo "$2" >"$1"', 'sh', path, text], { stdio: 'ignore' });
  onTestFinished(() => void writer.kill('SIGKILL'));
  return path;
}

/** A run whose agent is about to be started. */
async function prepared(flag: string) {
  const root = temporaryFolder();
  const runtime = join(root, 'runtime');
  const temporary = join(root, 'temporary');
  const state = join(root, 'state');
  for (const folder of [runtime, temporary]) mkdirSync(folder);
  vi.stubEnv('TMPDIR', temporary);
  const command = writeScript(join(root, 'claude'), `#!/bin/sh\necho '2.1.329 (Claude Code)'\n`);
  const env = { CLAUDE_CONFIG_DIR: root, HOME: root, XDG_RUNTIME_DIR: runtime, XDG_STATE_HOME: state };
  const args = [`${flag}${readOnce(root, '{"token":"secret"}')}`, 'the prompt'];
  // The parts of a run come without the arguments, because making them would read the pipe.
  const { launch } = partsOfRun({ env: { ...env, GUARDED_CLAUDE_TUNNEL: 'off' }, cwd: root, command }).run;
  const given = { ...launch, args, invocation: launch.adapter.parseArguments(args) };
  const { run } = await prepare(given, { unattended: true, emit() {} });
  return { run, runtime, state, temporary };
}

test('a copy is in the folder for secrets, closed to others, and not among the records', async () => {
  const { run, runtime, state } = await prepared('--mcp-config=');
  const copy = run.launch.args[0]?.replace('--mcp-config=', '') ?? '';
  expect(readFileSync(copy, 'utf8')).toBe('{"token":"secret"}\n');
  expect(dirname(dirname(copy))).toBe(runtime);
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  for (const name of readdirSync(state, { recursive: true, encoding: 'utf8' })) {
    const path = join(state, name);
    if (statSync(path).isFile()) expect(readFileSync(path, 'utf8')).not.toContain('secret');
  }
});

test('the next launch gets the content, even if the copy has gone with the log-in', async () => {
  const { run, runtime, temporary } = await prepared('--mcp-config=');
  expect(withCopies(run, run.launch.args)).toEqual(run.launch.args);
  rmSync(runtime, { recursive: true });
  const [flag = '', prompt] = withCopies(run, run.launch.args);
  const copy = flag.replace('--mcp-config=', '');
  expect(dirname(dirname(copy))).toBe(temporary);
  expect(readFileSync(copy, 'utf8')).toBe('{"token":"secret"}\n');
  expect(prompt).toBe('the prompt');
});

test('the next launch gets the whole content, even if the disk was full while its copy was written', async () => {
  const { run } = await prepared('--mcp-config=');
  const copy = run.launch.args[0]?.replace('--mcp-config=', '') ?? '';
  truncateSync(copy, 5);
  expect(withCopies(run, run.launch.args)).toEqual(run.launch.args);
  expect(readFileSync(copy, 'utf8')).toBe('{"token":"secret"}\n');
});
