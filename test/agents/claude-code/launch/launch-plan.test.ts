import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { launchPlan } from '../../../../src/agents/claude-code/launch/launch-plan.ts';
import { readUserSettings } from '../../../../src/agents/claude-code/launch/user-settings.ts';
import { readVersion } from '../../../../src/agents/common/versions.ts';
import type { Injection, UserSettings } from '../../../../src/agents/contract/launch.ts';
import { temporaryFolder } from '../../../support/folder.ts';

const newest = readVersion('2.1.329');
const id = '3f1c2d4e-0000-4000-8000-00000000abcd';
const user: UserSettings = {
  api: { host: 'api.anthropic.com', port: 443, secure: true },
  pings: true,
  proxy: {},
  settled: [],
  tunnelAllowed: true,
  hooksAllowed: true,
  deadlineMs: null,
  given: {},
};
const injection: Injection = {
  runId: 'run',
  lastingFolder: '/lasting',
  secretFolder: () => '/secret',
  sessionId: id,
  spool: { folder: '/run/spool', word: 'c0ffee' },
  proxyUrl: 'http://guard:token@127.0.0.1:4000',
  storableProxyUrl: 'http://127.0.0.1:4000',
};
const settingsOf = (plan: ReturnType<typeof launchPlan>) =>
  JSON.parse(plan.files.find(({ path }) => path.endsWith('settings.json'))?.text ?? 'null');

describe('words of the command line', () => {
  it('puts ours in front and leaves the user’s as they are', () => {
    const plan = launchPlan(['--model', 'opus', 'fix it'], {}, user, injection, newest);
    expect(plan.args).toEqual([
      ...['--session-id', id, '--settings', expect.stringMatching(/^\/lasting\/\w+\.settings\.json$/)],
      ...['--model', 'opus', 'fix it'],
    ]);
  });

  it('names the same files in every run, because the agent notes them for background sessions', () => {
    const other = {
      ...injection,
      runId: 'other',
      sessionId: null,
      spool: { folder: '/other', word: 'f00d' },
    };
    const tunnel = {
      proxyUrl: 'http://guard:secret@127.0.0.1:5000',
      storableProxyUrl: 'http://127.0.0.1:5000',
    };
    const [one, two] = [injection, { ...other, ...tunnel }].map(
      (each) => launchPlan([], {}, user, each, newest).files,
    );
    expect(one).toHaveLength(2);
    expect(two).toEqual(one);
  });

  it('puts the merged settings in place of the user’s', () => {
    const given = { model: 'opus', hooks: { Stop: [{ hooks: [] }] }, env: { A: '1' } };
    const args = ['-c', `--settings=${JSON.stringify(given)}`, 'go'];
    const plan = launchPlan(args, {}, { ...user, given }, { ...injection, sessionId: null }, newest);
    expect(plan.args).toEqual(['-c', '--settings', '/secret/settings.json', 'go']);
    const settings = settingsOf(plan);
    expect(settings).toMatchObject({ model: 'opus', env: { A: '1' } });
    expect(settings.hooks.Stop).toHaveLength(2);
    expect(settings.hooks.Stop[0]).toEqual({ hooks: [] });
  });

  it('leaves only one of several flags', () => {
    const args = ['--settings', 'a.json', '-c', '--settings=b.json', 'go', '--', '--settings', 'x'];
    const plan = launchPlan(args, {}, user, { ...injection, sessionId: null }, newest);
    expect(plan.args).toEqual(['-c', '--settings', '/secret/settings.json', 'go', '--', '--settings', 'x']);
  });

  it('leaves unreadable settings to the agent', () => {
    const plan = launchPlan(['--settings', '{bad'], {}, { ...user, given: null }, injection, newest);
    expect(plan.args).toEqual(['--session-id', id, '--settings', '{bad']);
    expect(plan.files.map(({ path }) => path)).toEqual([
      expect.stringMatching(/^\/lasting\/\w+\.tools\.env$/),
    ]);
  });

  it.each([
    ['1.0.56', ['--session-id', id]],
    ['1.0.44', []],
  ])('gives %s only the flags that it knows', (version, flags) => {
    const plan = launchPlan(['hi'], {}, user, injection, readVersion(version));
    expect(plan.args).toEqual([...flags, 'hi']);
    expect(plan.files.map(({ path }) => path)).toEqual([
      expect.stringMatching(/^\/lasting\/\w+\.tools\.env$/),
    ]);
  });

  it('keeps every word, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.string().filter((word) => !word.startsWith('--settings'))), (args) => {
        expect(launchPlan(args, {}, user, injection, newest).args.slice(4)).toEqual(args);
      }),
    );
  });

  it('shows neither the token nor a hook on the command line', () => {
    const plan = launchPlan(['hi'], {}, user, injection, newest);
    expect(plan.args.join(' ')).not.toMatch(/token|spool/);
  });
});

describe('environment', () => {
  /** The proxy variables of a tool, which sources our lines in the agent's environment. */
  const ofTool = (plan: ReturnType<typeof launchPlan>) => {
    const lines = plan.files.find(({ path }) => path.endsWith('.tools.env'))?.text ?? '';
    const shell = spawnSync('sh', ['-c', `${lines.trim().split('\n').join(' && ')} && env`], {
      env: { ...plan.env, PATH: process.env.PATH },
      encoding: 'utf8',
    });
    return shell.stdout
      .split('\n')
      .filter((line) => /proxy/i.test(line))
      .toSorted();
  };

  it('sends requests through the tunnel and restores the user’s own variables for tools', () => {
    const proxy = { HTTPS_PROXY: "http://it's:3128", HTTP_PROXY: 'http://corp', no_proxy: 'intern' };
    const plan = launchPlan([], { A: '1', ...proxy }, { ...user, proxy }, injection, newest);
    expect(plan.env).toMatchObject({
      A: '1',
      HTTPS_PROXY: injection.proxyUrl,
      https_proxy: injection.proxyUrl,
      HTTP_PROXY: 'http://corp',
      no_proxy: 'intern',
      GUARDED_CLAUDE_RUN: 'run',
    });
    expect(plan.env).not.toHaveProperty('NO_PROXY');
    expect(ofTool(plan)).toEqual([
      "HTTPS_PROXY=http://it's:3128",
      'HTTP_PROXY=http://corp',
      'no_proxy=intern',
    ]);
  });

  const gateway = { host: '127.0.0.1', port: 8080, secure: false };
  const vendor = user.api;
  it.each([
    ['127.0.0.1,localhost', gateway, 'localhost'],
    ['localhost, 127.0.0.0/8 .corp', gateway, 'localhost,.corp'],
    ['127.0.0.1:8080', gateway, ''],
    ['localhost,10.0.0.0/8,::1', vendor, undefined],
    ['*', vendor, ''],
    ['.anthropic.com,intern', vendor, 'intern'],
    ['anthropic.com', vendor, ''],
    ['*.anthropic.com:443,a*b', vendor, 'a*b'],
  ])('of NO_PROXY=%s takes out only what exempts the API', (NO_PROXY, api, kept) => {
    const proxy = { NO_PROXY, HTTP_PROXY: 'http://corp' };
    const plan = launchPlan([], proxy, { ...user, api, proxy }, injection, newest);
    expect(plan.env.NO_PROXY).toBe(kept ?? NO_PROXY);
    // What no longer stands in NO_PROXY must not go to the user's own proxy instead.
    expect(plan.env.HTTP_PROXY).toBe(kept === undefined ? 'http://corp' : injection.proxyUrl);
    expect(ofTool(plan)).toEqual(['HTTP_PROXY=http://corp', `NO_PROXY=${NO_PROXY}`]);
  });

  it('writes neither the token nor the user’s password into any file of the run', () => {
    const proxy = { HTTPS_PROXY: 'http://me:hunter2@corp:3128' };
    const given = { env: { API_KEY: 'sk-secret' } };
    const settled = ['HTTPS_PROXY'];
    const args = ['--settings', JSON.stringify(given)];
    for (const print of [false, true]) {
      const plan = launchPlan(
        args,
        proxy,
        { ...user, proxy, given, settled },
        { ...injection, print },
        newest,
      );
      const ofRun = plan.files.filter(({ path }) => path.startsWith('/lasting/'));
      expect(ofRun.map(({ text }) => text).join()).not.toMatch(/token|hunter2|sk-secret/);
      expect(settingsOf(plan).env).toEqual({ API_KEY: 'sk-secret', HTTPS_PROXY: injection.storableProxyUrl });
      expect(plan.env.HTTPS_PROXY).toBe(injection.proxyUrl);
      expect(ofTool(plan)).toEqual(['HTTPS_PROXY=http://me:hunter2@corp:3128']);
    }
  });

  it('takes plain http requests only if the API is plain http', () => {
    const plain = { ...user, api: { host: '127.0.0.1', port: 80, secure: false } };
    expect(launchPlan([], {}, user, injection, newest).env.http_proxy).toBe(undefined);
    expect(launchPlan([], {}, plain, injection, newest).env.http_proxy).toBe(injection.proxyUrl);
  });

  it.each([
    [{ CLAUDECODE: '1', CLAUDE_CODE_CHILD_SESSION: '1', CLAUDE_CODE_ENTRYPOINT: 'cli', CLAUDE_PID: '3' }, {}],
    [{ CLAUDE_CODE_ENTRYPOINT: 'claude-vscode' }, { CLAUDE_CODE_ENTRYPOINT: 'claude-vscode' }],
    [{ CLAUDE_CODE_SSE_PORT: '1', CLAUDECODE: '1' }, { CLAUDE_CODE_SSE_PORT: '1' }],
  ])('of %j passes on %j', (env, passed) => {
    const off = { ...injection, proxyUrl: null, spool: null };
    expect(launchPlan([], env, user, off, newest).env).toEqual({ ...passed, GUARDED_CLAUDE_RUN: 'run' });
  });
});

describe('hooks', () => {
  it.each([
    ['2.1.329', true],
    ['2.1.42', false],
  ])('asks %s only for events that it knows', (version, knowsStopFailure) => {
    const { hooks } = settingsOf(launchPlan([], {}, user, injection, readVersion(version)));
    expect('StopFailure' in hooks).toBe(knowsStopFailure);
    expect(Object.keys(hooks)).toEqual(expect.arrayContaining(['SessionStart', 'PreToolUse', 'Stop']));
  });

  it('asks for none at a first start: it would make the agent mislink what follows a rewind to the start', () => {
    const { hooks } = settingsOf(launchPlan([], {}, user, injection, newest));
    const sources = hooks.SessionStart.map(({ matcher }: { matcher?: string }) => matcher);
    expect(sources).toEqual(['resume|clear|compact']);
  });

  it('stores the input of each hook as one complete file, and prints nothing', () => {
    const spoolDir = join(temporaryFolder(), "it's a spool");
    mkdirSync(spoolDir);
    const spool = { folder: spoolDir, word: 'c0ffee' };
    const plan = launchPlan([], {}, user, { ...injection, spool }, newest);
    const { hooks } = settingsOf(plan);
    for (const [index, event] of ['Stop', 'PreToolUse'].entries()) {
      const [group] = hooks[event].slice(-1);
      const run = spawnSync('sh', ['-c', group.hooks[0].command], { input: `{"n":${index}}`, env: plan.env });
      expect([run.status, String(run.stdout), String(run.stderr)]).toEqual([0, '', '']);
    }
    expect(readdirSync(spoolDir).every((name) => name.startsWith(`c0ffee.${process.pid}.`))).toBe(true);
    const texts = readdirSync(spoolDir).map((name) => readFileSync(join(spoolDir, name), 'utf8'));
    expect(texts.toSorted()).toEqual(['{"n":0}', '{"n":1}']);
  });

  it.each([
    ['the spool is gone', { GUARDED_CLAUDE_SPOOL: '/nowhere/c0ffee.' }],
    ['there is no guard any more', {}],
  ])('lets the agent go on when %s', (_, env) => {
    const { hooks } = settingsOf(launchPlan([], {}, user, injection, newest));
    const cwd = temporaryFolder();
    const run = spawnSync('sh', ['-c', hooks.Stop[0].hooks[0].command], { input: '{}', env, cwd });
    expect([run.status, String(run.stdout), String(run.stderr)]).toEqual([0, '', '']);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('settings of the user', () => {
  function home(files: Record<string, object | string>): {
    env: Record<string, string>;
    cwd: string;
    policy: string;
  } {
    const root = temporaryFolder();
    for (const name of ['config', 'project/.claude', 'policy'])
      mkdirSync(join(root, name), { recursive: true });
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
    return {
      env: { CLAUDE_CONFIG_DIR: join(root, 'config') },
      cwd: join(root, 'project'),
      policy: join(root, 'policy'),
    };
  }
  const read = (
    files: Record<string, object | string>,
    args: readonly string[] = [],
    env = {},
    version = newest,
  ) => {
    const { env: base, cwd, policy } = home(files);
    return readUserSettings(args, { ...base, ...env }, cwd, version, policy);
  };

  it('lets the later file win, and the command line over all files', () => {
    const files = {
      'config/settings.json': { env: { HTTPS_PROXY: 'http://user', NO_PROXY: 'a' } },
      'project/.claude/settings.json': { env: { HTTPS_PROXY: 'http://project' } },
      'project/.claude/settings.local.json': { env: { HTTPS_PROXY: 'http://local' } },
    };
    const env = { https_proxy: 'http://lower', HTTPS_PROXY: 'http://environment' };
    expect(read(files, [], env).proxy).toMatchObject({
      HTTPS_PROXY: 'http://local',
      https_proxy: 'http://lower',
      NO_PROXY: 'a',
    });
    expect(read(files, ['--setting-sources', 'user'], env).proxy.HTTPS_PROXY).toBe('http://user');
    const given = ['--settings', '{"env":{"HTTPS_PROXY":"http://given"}}'];
    expect(read(files, given, env).proxy.HTTPS_PROXY).toBe('http://given');
  });

  it('says which certificates the agent trusts besides', () => {
    const files = { 'config/settings.json': { env: { NODE_EXTRA_CA_CERTS: '/corp.pem' } } };
    expect(read(files, [], { NODE_EXTRA_CA_CERTS: '/own.pem' }).proxy.NODE_EXTRA_CA_CERTS).toBe('/corp.pem');
    expect(read({}, []).proxy).not.toHaveProperty('NODE_EXTRA_CA_CERTS');
  });

  it.each<[object, object]>([
    [{}, { host: 'api.anthropic.com', port: 443, secure: true }],
    [{ ANTHROPIC_BASE_URL: 'http://127.0.0.1:8080/x' }, { host: '127.0.0.1', port: 8080, secure: false }],
    [
      { CLAUDE_CODE_USE_BEDROCK: '1', AWS_REGION: 'eu-west-1' },
      { host: 'bedrock-runtime.eu-west-1.amazonaws.com', port: 443, secure: true },
    ],
    [
      { CLAUDE_CODE_USE_VERTEX: '1', CLOUD_ML_REGION: 'global' },
      { host: 'aiplatform.googleapis.com', port: 443, secure: true },
    ],
    [
      { CLAUDE_CODE_USE_VERTEX: '1', CLOUD_ML_REGION: 'eu' },
      { host: 'aiplatform.eu.rep.googleapis.com', port: 443, secure: true },
    ],
    [
      { CLAUDE_CODE_USE_VERTEX: '1', CLOUD_ML_REGION: 'europe-west1' },
      { host: 'europe-west1-aiplatform.googleapis.com', port: 443, secure: true },
    ],
  ])('with %j the API is %j', (env, api) => {
    expect(read({}, [], env).api).toEqual(api);
    expect(read({ 'config/settings.json': { env } }).api).toEqual(api);
  });

  it('stands back where a policy decides', () => {
    expect(read({})).toMatchObject({ tunnelAllowed: true, hooksAllowed: true, given: {} });
    expect(read({ 'policy/managed-settings.json': { env: { HTTPS_PROXY: 'http://p' } } }).tunnelAllowed).toBe(
      false,
    );
    expect(read({ 'policy/managed-settings.json': { allowManagedHooksOnly: true } }).hooksAllowed).toBe(
      false,
    );
    expect(read({ 'config/settings.json': { disableAllHooks: true } }).hooksAllowed).toBe(false);
    const enabledAgain = {
      'config/settings.json': { disableAllHooks: true },
      'project/.claude/settings.json': { disableAllHooks: false },
    };
    expect(read(enabledAgain).hooksAllowed).toBe(true);
  });

  it.each([['{bad'], ['missing.json']])('cannot read %s', (value) => {
    expect(read({}, ['--settings', value]).given).toBe(null);
  });

  it('injects no hooks if the given settings cannot be read, or if the agent runs none', () => {
    for (const args of [['--settings', '{bad'], ['--bare'], ['--safe-mode']])
      expect(read({}, args).hooksAllowed, String(args)).toBe(false);
    expect(read({}, [], { CLAUDE_CODE_SIMPLE: '1' }).hooksAllowed).toBe(false);
  });

  it('ignores a byte order mark', () => {
    const text = '\uFEFF{"env":{"HTTPS_PROXY":"http://marked"}}';
    expect(read({ 'config/settings.json': text }).proxy.HTTPS_PROXY).toBe('http://marked');
    expect(read({ 'project/own.json': text }, ['--settings', 'own.json']).given).not.toBeNull();
    expect(read({}, ['--settings', text]).given).toEqual({ env: { HTTPS_PROXY: 'http://marked' } });
  });

  it.each([
    ['2.1.168', 'first', ['Bash']],
    ['2.1.169', 'second', undefined],
  ])('merges all that is given; what %s takes wins', (version, model, allow) => {
    const hook = (command: string) => ({ hooks: { Stop: [{ hooks: [{ type: 'command', command }] }] } });
    const first = { ...hook('a'), model: 'first', env: { A: '1', X: '1' }, permissions: { allow: ['Bash'] } };
    const second = { ...hook('b'), model: 'second', env: { B: '2', X: '2' } };
    const args = ['--settings', JSON.stringify(first), 'go on', `--settings=${JSON.stringify(second)}`];
    const { given } = read({}, args, {}, readVersion(version));
    expect(given).toMatchObject({ model, env: { A: '1', B: '2', X: model === 'first' ? '1' : '2' } });
    expect(JSON.stringify(given?.hooks).match(/"command":"[ab]"/g)).toHaveLength(2);
    expect(given?.permissions).toEqual(allow === undefined ? undefined : { allow });
  });

  it('reads given settings from a file, relative to the project', () => {
    const files = { 'project/own.json': { model: 'opus' } };
    expect(read(files, ['--settings', 'own.json']).given).toEqual({ model: 'opus' });
  });
});

describe('print mode', () => {
  const print: Injection = { ...injection, print: true };
  const fileOf = (plan: ReturnType<typeof launchPlan>, path: string) =>
    plan.files.find((file) => file.path === path)?.text;

  it('injects no hook that the agent would report in its output', () => {
    const { hooks } = settingsOf(launchPlan(['-p', 'go'], {}, user, print, newest));
    expect(Object.keys(hooks)).toContain('PreToolUse');
    expect(Object.keys(hooks)).not.toContain('SessionStart');
  });

  it('injects none at all if the user has asked to see every hook', () => {
    const args = ['-p', 'go', '--include-hook-events'];
    expect(settingsOf(launchPlan(args, {}, user, print, newest)).hooks).toBeUndefined();
  });

  it('gives tools the user’s own proxy through a file, and reads the user’s own such file', () => {
    const own = join(temporaryFolder(), "it's.sh");
    writeFileSync(own, 'export MINE=1\n');
    const env = { CLAUDE_ENV_FILE: own };
    const plan = launchPlan(
      ['-p', 'go'],
      env,
      { ...user, proxy: { HTTPS_PROXY: 'http://p:1' } },
      print,
      newest,
    );
    expect(plan.env.CLAUDE_ENV_FILE).toMatch(/^\/lasting\/.*tools.env$/);
    const lines = fileOf(plan, plan.env.CLAUDE_ENV_FILE ?? '')
      ?.trimEnd()
      .split('\n')
      .join(' && ');
    const { stdout } = spawnSync('sh', ['-ec', `${lines} && echo "$MINE $HTTPS_PROXY <$https_proxy>"`], {
      env: { ...plan.env, PATH: process.env.PATH },
      encoding: 'utf8',
    });
    expect(stdout).toBe('1 http://p:1 <>\n');
  });

  it('replaces such a file that settings name, and reads it', () => {
    const own = { ...user, settled: ['CLAUDE_ENV_FILE'], shellFile: '/mine.sh' };
    const plan = launchPlan([], {}, own, injection, newest);
    expect(settingsOf(plan).env).toEqual({ CLAUDE_ENV_FILE: plan.env.CLAUDE_ENV_FILE });
    expect(fileOf(plan, plan.env.CLAUDE_ENV_FILE ?? '')).toContain('export CLAUDE_ENV_FILE=/mine.sh\n');
    expect(fileOf(plan, plan.env.CLAUDE_ENV_FILE ?? '')).toContain('. /mine.sh');
  });

  it('leaves the user’s own file alone without a tunnel', () => {
    const env = { CLAUDE_ENV_FILE: '/mine' };
    const plan = launchPlan(['-p', 'go'], env, user, { ...print, proxyUrl: null }, newest);
    expect(plan.env.CLAUDE_ENV_FILE).toBe('/mine');
  });
});
