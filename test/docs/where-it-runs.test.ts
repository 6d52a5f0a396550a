/** The blocks of docs/where-it-runs.md do what the page says, word for word, around the simulated agent. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { installSimulatedAgent } from '../../src/drill/agent/install.ts';
import { startApi } from '../../src/drill/api/api.ts';
import { say } from '../../src/drill/api/scenario.ts';
import { agentEnvironment, createSandbox } from '../../src/drill/sandbox.ts';
import { gatewayVariables } from '../../src/drill/world.ts';
import { statePaths } from '../../src/platform/paths.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { readSessions } from '../../src/records/sessions.ts';
import type { Status } from '../../src/service/serve.ts';
import { maxTries } from '../service/support.ts';
import { writeScript } from '../support/folder.ts';
import { launcher as guardctl } from '../support/guardctl.ts';
import { fixture } from '../support/places.ts';
import { onPipes } from '../support/printed.ts';
import { missing } from '../support/real-agent.ts';
import { tmuxServer } from '../support/tmux-server.ts';

const timeout = 50_000;
const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/where-it-runs.md', root), 'utf8');

function block(name: string, language = 'sh'): string {
  const [, text] = new RegExp(`^\`\`\`${language} ${name}\\n([^]*?)^\`\`\`$`, 'm').exec(page) ?? [];
  if (text === undefined) throw new Error(`no block ${name} on the page`);
  return text;
}

/** A home with `claude` and `guarded-claude` on its PATH. */
async function home() {
  const sandbox = createSandbox();
  const api = await startApi({ enforceRules: true });
  onTestFinished(async () => {
    await api.stop();
    sandbox.remove();
  });
  const bin = join(sandbox.root, 'bin');
  const agent = installSimulatedAgent(bin);
  symlinkSync(fileURLToPath(new URL('bin/guarded-claude.js', root)), join(bin, 'guarded-claude'));
  const env = agentEnvironment(sandbox, gatewayVariables(api.url), {
    PATH: `${bin}:${process.env.PATH}`,
    GUARDED_CLAUDE_DESKTOP: 'off',
  });
  const runs = () => readSessions(statePaths(env));
  const bash = (text: string, ...flags: readonly string[]) =>
    execFileSync('bash', [...flags, '-c', text], {
      cwd: sandbox.project,
      env,
      encoding: 'utf8',
      timeout,
    });
  return { sandbox, api, agent, env, runs, bash };
}

test('the alias: the agent’s own version', async () => {
  const { bash, agent, env } = await home();
  const version = execFileSync(agent, ['--version'], { env, encoding: 'utf8' });
  expect(bash(block('alias'), '-O', 'expand_aliases')).toBe(version);
});

test('the loop: each run is a guarded one, and the list ends it', async () => {
  const { sandbox, api, runs, env } = await home();
  writeFileSync(join(sandbox.project, 'TODO.md'), 'one\ntwo\n');
  writeFileSync(join(sandbox.project, 'PROMPT.md'), 'Do the first thing of TODO.md.\n');
  let left = 2;
  api.respond(() => {
    left -= 1;
    writeFileSync(join(sandbox.project, 'TODO.md'), 'one\n'.repeat(left));
    return say('Done.');
  });
  // Not synchronously: the API lives in this process.
  await promisify(execFile)('bash', ['-c', block('loop')], { cwd: sandbox.project, env, timeout });
  expect(readFileSync(join(sandbox.project, 'log.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2);
  expect(runs()).toHaveLength(2);
});

const hasTmux = spawnSync('tmux', ['-V']).status === 0;

test.skipIf(!hasTmux)('tmux: the session runs, guarded, and its command is the agent’s', async () => {
  const { sandbox, env, runs } = await home();
  const server = tmuxServer(sandbox.root, env);
  const [command = '', verb = '', ...words] = block('tmux').trim().split(' ');
  expect([command, verb]).toEqual(['tmux', 'new-session']);
  server.run(verb, '-c', sandbox.project, ...words);
  for (let tries = 0; !runs()[0]?.status.agent_pid && tries < 300; tries++) await sleep(100);
  expect(runs()).toMatchObject([{ alive: true }]);
  expect(server.run('list-panes', '-t', 'work', '-F', '#{pane_current_command}').trim()).toBe('claude');
});

test('VS Code: the binary that comes with the extension runs, and its subcommands are passed on byte for byte', async () => {
  const { sandbox, env, bash } = await home();
  const setting = JSON.parse(/```json\n(.+)\n```/.exec(page)?.[1] ?? '') as Record<string, string>;
  expect(Object.keys(setting)).toEqual(['claudeCode.claudeProcessWrapper']);
  const bundled = join(sandbox.root, 'bundled', 'claude');
  mkdirSync(join(sandbox.root, 'bundled'));
  writeScript(bundled, '#!/bin/sh\nprintf "%s\\n" bundled "$@"\nexit 3\n');
  for (const words of ['--version', 'plugin list --json', 'mcp list']) {
    const bare = spawnSync('bash', ['-c', `${bundled} ${words}`], { env, encoding: 'utf8', timeout });
    const wrapped = spawnSync('bash', ['-c', `guarded-claude ${bundled} ${words}`], {
      env,
      encoding: 'utf8',
    });
    expect([wrapped.status, wrapped.stdout, wrapped.stderr]).toEqual([bare.status, bare.stdout, bare.stderr]);
  }
  expect(() => bash('guarded-claude /nowhere/claude --version')).toThrow(/no such file/);
});

const hasPython = spawnSync('python3', ['-c', 'import asyncio']).status === 0;
const version = '2.1.329';

test.skipIf(!hasPython || missing(version))(
  'Agent SDK for Python: the real agent runs, guarded, and the prompt has its one result',
  () =>
    onPipes(version, async ({ sandbox, api, env }) => {
      const text = block('sdk', 'python');
      expect(text).toContain('cli_path');
      const bin = join(sandbox.root, 'path');
      mkdirSync(bin);
      symlinkSync(fileURLToPath(new URL('bin/guarded-claude.js', root)), join(bin, 'guarded-claude'));
      const running = promisify(execFile)('python3', ['-c', text], {
        cwd: sandbox.project,
        env: {
          ...env,
          PATH: `${bin}:${env.PATH}`,
          PYTHONPATH: fixture('python'),
          PYTHONDONTWRITEBYTECODE: '1',
        },
        timeout,
      });
      const { stdout } = await running;
      expect(stdout.match(/'type': 'result'/g)).toHaveLength(1);
      expect(stdout).toMatch(/'is_error': False/);
      expect(api.turns()).toHaveLength(1);
      expect(readSessions(statePaths(env))).toHaveLength(1);
    }),
);

test('background sessions: what the setting names leads an agent through the service, even if it is nested', async () => {
  const { sandbox, api, agent, env } = await home();
  const setting = JSON.parse(/```json launcher\n(.+)\n```/.exec(page)?.[1] ?? '') as {
    env: Record<string, string>;
  };
  expect(Object.keys(setting.env)).toEqual(['CLAUDE_CODE_PROCESS_WRAPPER']);
  const name = basename(setting.env.CLAUDE_CODE_PROCESS_WRAPPER ?? '');
  const launcher = join(sandbox.root, 'bin', name); // linked, as a package manager does it
  symlinkSync(fileURLToPath(new URL(`bin/${name}`, root)), launcher);
  const runtime = join(sandbox.root, 'runtime');
  mkdirSync(runtime, { mode: 0o700 });
  const all = { ...env, XDG_RUNTIME_DIR: runtime };
  onTestFinished(() => {
    for (const { pid } of processesMarkedBy('XDG_RUNTIME_DIR', runtime)) process.kill(pid, 'SIGKILL');
  });
  let seen = '';
  api.respond(() => {
    const words = [guardctl, 'tunnel', 'status', '--json'];
    seen = spawnSync(process.execPath, words, { env: all, encoding: 'utf8' }).stdout || '{"sessions":[]}';
    return say('Done.');
  });
  const stand = writeScript(join(sandbox.root, 'service'), `#!/bin/sh\n'${launcher}' "$@"\nexit $?\n`);
  const words = [stand, agent, '-p', 'Do it.'];
  let connections: readonly number[] = [];
  // That of the service, and the agent's own, through which it asks.
  const areWhole = () => connections.length > 1 && connections.includes(1);
  // A machine at its limits takes longer than a launcher may.
  for (let tries = 0; !areWhole() && tries < maxTries; tries++) {
    const running = promisify(execFile)(launcher, words, { cwd: sandbox.project, env: all, timeout });
    running.child.stdin?.end();
    const { stdout, stderr } = await running;
    expect([stdout.trim(), stderr]).toEqual(['Done.', '']);
    connections = (JSON.parse(seen) as Status).sessions.map((session) => session.connections);
  }
  expect(areWhole(), String(connections)).toBe(true);
});
