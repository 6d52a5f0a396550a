/** What the user's settings say, and what a launch consists of. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { chooseAgent } from '../../../src/agents/choose.ts';
import { launchPlan } from '../../../src/agents/codex/launch-plan.ts';
import { findTranscript, latestSession } from '../../../src/agents/codex/session-files.ts';
import { readUserSettings } from '../../../src/agents/codex/user-settings.ts';
import type { Injection } from '../../../src/agents/contract/launch.ts';

const home = mkdtempSync(join(tmpdir(), 'codex-home-'));
afterAll(() => rmSync(home, { recursive: true }));
const env = { CODEX_HOME: home };

const injection: Injection = {
  runId: 'r1',
  lastingFolder: home,
  secretFolder: () => home,
  sessionId: null,
  spool: null,
  proxyUrl: null,
  storableProxyUrl: null,
};
const version = { text: '0.169.0', parts: [0, 169, 0] };

test.each([
  ['', [], 'https://api.openai.com'],
  [
    'model_provider = "mine"\n[model_providers.mine]\nbase_url = "http://[::1]:81/v1" # here',
    [],
    'http://::1:81',
  ],
  [
    "model_provider = 'mine'\n[model_providers.\"mine\"]\nname='x'\nbase_url='https://g.test/v1'",
    [],
    'https://g.test',
  ],
  ['[model_providers.mine]\nbase_url = "https://g.test"', ['-c', 'model_provider=mine'], 'https://g.test'],
  ['', ['-c', 'openai_base_url="http://127.0.0.1:8080/v1"'], 'http://127.0.0.1:8080'],
  ['', ['--oss'], 'http://localhost:11434'],
  ['', ['--oss', '--local-provider', 'lmstudio'], 'http://localhost:1234'],
  ['model_provider = "mine"\n[model_providers.mine]\nbase_url = "no url"', [], 'https://api.openai.com'],
])('config %j with %j', (config, args, expected) => {
  writeFileSync(join(home, 'config.toml'), config);
  const { host, port, secure } = readUserSettings(args, env).api;
  const shown = `${secure ? 'https' : 'http'}://${host}${port === (secure ? 443 : 80) ? '' : `:${port}`}`;
  expect(shown).toBe(expected);
});

test('a ChatGPT login uses another host', () => {
  writeFileSync(join(home, 'config.toml'), '');
  writeFileSync(join(home, 'auth.json'), '{"tokens":{"access_token":"x"}}');
  expect(readUserSettings([], env).api.host).toBe('chatgpt.com');
  rmSync(join(home, 'auth.json'));
});

test('the agent goes through the tunnel, but its tools do not', () => {
  const set = { ...env, https_proxy: 'http://mine:3128', TERM: 'xterm' };
  const user = readUserSettings([], set);
  const proxyUrl = 'http://guard:token@127.0.0.1:9';
  const plan = launchPlan(['fix it'], set, user, { ...injection, proxyUrl }, version);
  expect(plan.env).toMatchObject({
    https_proxy: proxyUrl,
    HTTPS_PROXY: proxyUrl,
    TERM: 'xterm',
  });
  expect(plan.args).toEqual([
    '--no-daemon',
    ...['-c', 'shell_environment_policy.set.https_proxy="http://mine:3128"'],
    ...['-c', 'shell_environment_policy.set.HTTPS_PROXY=""'],
    'fix it',
  ]);
});

test('no password on the command line', () => {
  const set = { ...env, https_proxy: 'http://me:secret@mine:3128' };
  const proxyUrl = 'http://guard:token@127.0.0.1:9';
  const plan = launchPlan([], set, readUserSettings([], set), { ...injection, proxyUrl }, version);
  expect(plan.args).toEqual(['--no-daemon']);
});

test.each([
  [['--no-daemon', 'fix it'], version, ['--no-daemon', 'fix it']],
  [['fix it'], { text: '0.100.0', parts: [0, 100, 0] }, ['fix it']],
  [['fix it'], null, ['--no-daemon', 'fix it']],
])('without a tunnel: %j', (args, of, expected) => {
  expect(launchPlan(args, env, readUserSettings(args, env), injection, of).args).toEqual(expected);
});

test('the last changed conversation of a working directory, without those of subagents', async () => {
  const folder = join(home, 'sessions', '2026', '11', '21');
  mkdirSync(folder, { recursive: true });
  const place = (id: string, atS: number, payload: object) => {
    const path = join(folder, `rollout-2026-11-21T11-00-00-${id}.jsonl`);
    writeFileSync(path, `${JSON.stringify({ type: 'session_meta', payload })}\n`);
    utimesSync(path, atS, atS);
    return path;
  };
  const id = (digit: string) => `01a1fdca-aed1-71f1-9f02-${digit.repeat(12)}`;
  place(id('1'), 1_000, { cwd: '/home/me', thread_source: 'user', source: 'cli' });
  const second = place(id('2'), 2_000, { cwd: '/home/me', source: 'vscode' });
  expect(await latestSession(env, '/home/me', 2_000_000)).toMatchObject({ sessionId: id('2'), path: second });
  place(id('3'), 3_000, { cwd: '/home/me', source: { subagent: 'review' } });
  place(id('4'), 4_000, { cwd: '/home/other', thread_source: 'user' });
  expect(await latestSession(env, '/home/me')).toMatchObject({ sessionId: id('2') });
  expect(await latestSession(env, '/home/me', 2_000_001)).toBeNull();
  expect(await latestSession(env, '/home/nobody')).toBeNull();
  expect(await findTranscript(env, id('2'))).toBe(second);
  expect(await findTranscript(env, id('9'))).toBeNull();
});

test.each([
  [{}, '/usr/bin/guarded-claude', 'claude-code'],
  [{}, '/home/me/bin/codex', 'codex'],
  [{ GUARDED_CLAUDE_COMMAND: '/opt/codex' }, 'guarded-claude', 'codex'],
  [{ GUARDED_CLAUDE_COMMAND: '/opt/bin/codex.js' }, 'guarded-claude', 'codex'],
  [{ GUARDED_CLAUDE_COMMAND: '/opt/something' }, 'guarded-claude', 'claude-code'],
  [{ GUARDED_CLAUDE_AGENT: 'codex', GUARDED_CLAUDE_COMMAND: '/opt/mine' }, 'guarded-claude', 'codex'],
  [{ GUARDED_CLAUDE_AGENT: 'claude', GUARDED_CLAUDE_COMMAND: '/opt/codex' }, 'guarded-claude', 'claude-code'],
  [{ GUARDED_CLAUDE_AGENT: 'another' }, 'guarded-claude', undefined],
])('%j as %s is %s', async (variables, invokedAs, expected) => {
  expect(chooseAgent(variables, invokedAs)?.id).toBe(expected);
});
