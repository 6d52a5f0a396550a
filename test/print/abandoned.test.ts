/** The guard in print mode, with its agent dead and its API gone: it waits as long as somebody waits for it. */
import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { agentEnvironment, createSandbox } from '../../src/drill/sandbox.ts';
import { gatewayVariables } from '../../src/drill/world.ts';
import { runPaths, statePaths } from '../../src/platform/paths.ts';
import { isAlive } from '../../src/platform/process-identity.ts';
import { readJournal } from '../../src/records/journal-reader.ts';
import { readSessions } from '../../src/records/sessions.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';
import { patience } from '../support/guarded.ts';
import { guardBin } from '../support/places.ts';
import { until } from '../support/until.ts';

const guard = guardBin;
/** Nobody listens there. */
const api = 'http://127.0.0.1:9';
const dyingAgent = `#!/bin/sh
[ "$1" = --version ] && exec echo '2.1.329 (Claude Code)'
sleep 0.2
kill -KILL $$
`;

function prepare() {
  const sandbox = createSandbox();
  const env = agentEnvironment(sandbox, gatewayVariables(api), {
    ...patience,
    GUARDED_CLAUDE_MIN_UPTIME_MS: '0',
    GUARDED_CLAUDE_COMMAND: writeScript(join(sandbox.root, 'claude'), dyingAgent),
  });
  const run = (file: string, args: readonly string[], stdio: StdioOptions): ChildProcess => {
    const child = spawn(file, args, { cwd: sandbox.project, env, stdio });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  onTestFinished(() => sandbox.remove());
  const state = statePaths(env);
  const status = () => readSessions(state).at(-1)?.status;
  const failedProbes = () =>
    readJournal(runPaths(state, status()?.run ?? '').journal)
      .flatMap(({ entries }) => entries)
      .filter((entry) => 'event' in entry && entry.event.type === 'network.probed' && !entry.event.reachable)
      .length;
  /** It has looked for its readers more than once, and stayed. */
  const waits = () => until('the guard waits for the network', () => failedProbes() > 1);
  return { run, status, waits };
}

test('the host that started it is gone', async () => {
  const { run, waits } = prepare();
  const child = run(process.execPath, [guard, '-p', 'hello'], 'pipe');
  const ended = once(child, 'exit');
  await waits();
  child.stdout?.destroy();
  child.stderr?.destroy();
  expect(await ended).toEqual([141, null]);
});

test.runIf(process.platform === 'linux')('its shell is gone, then the reader of its pipe', async () => {
  const { run, status, waits } = prepare();
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  const command = ['sh', process.execPath, guard, '-p', 'hello'];
  const shell = run('sh', ['-c', '"$@" & read go', ...command], ['pipe', writer, 'ignore']);
  closeSync(writer);
  await waits();
  const guarded = { pid: status()?.pid ?? 0, startTime: status()?.start_time ?? '' };
  onTestFinished(() => void (isAlive(guarded) && process.kill(guarded.pid, 'SIGKILL')));
  expect(isAlive(guarded)).toBe(true);
  shell.stdin?.end();
  await once(shell, 'exit');
  closeSync(reader);
  await until('the guard is gone', () => !isAlive(guarded));
});
