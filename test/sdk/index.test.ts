/**
 * What a host of the Agent SDK gets from `spawnGuarded`: the agent that it asked for, which ends when the host wants it
 * to.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { agentEnvironment, createSandbox } from '../../src/drill/sandbox.ts';
import { gatewayVariables } from '../../src/drill/world.ts';
import { startTimeOf } from '../../src/platform/process-identity.ts';
import { type GuardedProcess, type SpawnOptions, spawnGuarded } from '../../src/sdk/index.ts';
import { writeScript } from '../support/folder.ts';
import { until } from '../support/until.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Nobody listens there. */
const api = 'http://127.0.0.1:9';

/** Tells its arguments, its folder, a variable and its process, and runs on until its input ends, or longer. */
const agentScript = `#!/bin/sh
[ "$1" = --version ] && exec echo '2.1.329 (Claude Code)'
printf '%s\\n' "$PWD" "$WORD" "$$" "$@" >&3
trap 'echo told >&3; exit 143' TERM
cat >/dev/null
while [ -n "$DEAF" ]; do sleep 0.1; done
exit 7
`;

function stage(variables: Readonly<Record<string, string>> = {}) {
  const sandbox = createSandbox();
  onTestFinished(() => sandbox.remove());
  const said = join(sandbox.root, 'said');
  const agent = writeScript(join(sandbox.root, 'bundled-agent'), agentScript.replaceAll('>&3', `>>${said}`));
  const env = agentEnvironment(sandbox, gatewayVariables(api), { WORD: 'a word', ...variables });
  const abort = new AbortController();
  const start = (more: Partial<SpawnOptions> = {}): GuardedProcess => {
    const child = spawnGuarded({
      command: agent,
      args: ['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'],
      cwd: sandbox.project,
      env,
      signal: abort.signal,
      ...more,
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  const lines = () => {
    try {
      return readFileSync(said, 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  };
  const running = async () => {
    await until('the agent runs', () => lines().length >= 3);
    return Number(lines()[2]);
  };
  return { sandbox, agent, start, abort, lines, running };
}

test('the agent that was asked for runs, with the arguments, the folder and the variables', async () => {
  const { sandbox, start, lines, running } = stage();
  const child = start();
  await running();
  const [folder, word, , ...args] = lines();
  expect([folder, word]).toEqual([sandbox.project, 'a word']);
  expect(args.join(' ')).toContain('--input-format stream-json --output-format stream-json --verbose');
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stdin.end();
  const [code] = await once(child, 'exit');
  expect([code, out]).toEqual([7, '']);
});

test('a command without a path is the first on the agent’s PATH: node, with a script', async () => {
  const { sandbox, start, lines, running, agent } = stage();
  const script = writeScript(
    join(sandbox.root, 'cli.js'),
    `require('child_process').spawnSync(${JSON.stringify(agent)}, process.argv.slice(2), { stdio: 'inherit' });\n`,
  );
  const child = start({ command: 'node', args: [script, '--output-format', 'stream-json', '-p', 'hello'] });
  await running();
  expect(lines().join(' ')).toContain('--output-format stream-json');
  child.stdin.end();
  await once(child, 'exit');
});

test('a missing one fails as without a guard', async () => {
  const { start, sandbox } = stage();
  const [error] = await once(start({ command: join(sandbox.root, 'nowhere', 'claude') }), 'error');
  expect(error.code).toBe('ENOENT');
});

test('aborted: an agent that ends at the end of its input gets no signal', async () => {
  const { start, abort, running, lines } = stage();
  const child = start();
  await running();
  abort.abort();
  expect(await once(child, 'exit')).toEqual([7, null]);
  expect(lines()).not.toContain('told');
});

test.each([
  ['by the signal alone', false],
  ['after its input was ended, as the SDK does', true],
])('aborted %s: one that does not follow is told to end, and is gone', async (_name, isEnded) => {
  const { start, abort, running, lines } = stage({ DEAF: 'yes' });
  const child = start();
  const pid = await running();
  if (isEnded) child.stdin.end();
  abort.abort();
  expect((await once(child, 'exit'))[0]).toBe(143);
  expect([lines().includes('told'), startTimeOf(pid)]).toEqual([true, null]);
});

test('the package offers it under its name, with types', () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const path of Object.values(exports['./sdk']) as string[])
    expect(readFileSync(join(root, path), 'utf8')).toContain('spawnGuarded');
});

test('whose node has gone since (an update): the one on PATH runs the guard', async () => {
  const { start, running } = stage();
  const before = process.execPath;
  process.execPath = join(dirname(before), 'gone');
  onTestFinished(() => {
    process.execPath = before;
  });
  const child = start();
  await running();
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([7, null]);
});
