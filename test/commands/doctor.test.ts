import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Finding } from '../../src/commands/doctor/finding.ts';
import { ownTerminal } from '../../src/commands/doctor/machine.ts';
import { lacksOfRuns } from '../../src/commands/doctor/runs.ts';
import { runPaths, statePaths } from '../../src/platform/paths.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';
import { launcher, makeHome } from '../support/guardctl.ts';
import { simulatedGuard } from '../support/simulated-guard.ts';
import { placeStatus } from '../support/status.ts';

/** A folder with a `claude` that answers `--version`. */
function agentFolder(version: string): string {
  const folder = temporaryFolder();
  writeScript(join(folder, 'claude'), `#!/bin/sh\necho "${version} (Claude Code)"\n`);
  return folder;
}
const withAgent = (version: string, env: Record<string, string> = {}) =>
  makeHome({ PATH: `${agentFolder(version)}:${process.env.PATH}`, ...env });

async function findings(home: ReturnType<typeof makeHome>, ...args: string[]) {
  const { stdout, code } = await home.run('doctor', '--json', ...args);
  const all: Finding[] = JSON.parse(stdout);
  return { code, all, find: (check: string) => all.find((finding) => finding.check === check) };
}

test('a healthy machine: no problem, every line has its state', async () => {
  const { code, all, find } = await findings(withAgent('2.1.329'));
  expect(all.filter(({ state }) => state === 'problem')).toEqual([]);
  expect(code).toBe(0);
  for (const check of [
    'agent',
    'agent version',
    'node',
    'pty',
    'proxy chain',
    'hooks',
    'config',
    'state folder',
    'nesting',
    'clock',
  ]) {
    expect(find(check), check).toMatchObject({ state: 'ok', remedy: null });
  }
  expect(find('agent version')?.detail).toContain('2.1.329, tested');
  expect(find('network')).toBeUndefined();
});

test('the terminal: the doctor says how an agent would run here', async () => {
  const elsewhere = (input: boolean, output: boolean, pipes = true) =>
    ownTerminal({ TERM: 'xterm' }, pipes, { input, output }).detail;
  expect(elsewhere(true, false)).toContain('guarded in its pipes');
  expect(elsewhere(false, false, false)).toContain('run unguarded');
  expect(elsewhere(false, true)).toMatch(/standard input is not a terminal.*unguarded/);
  expect((await findings(withAgent('2.1.329'))).find('terminal')).toMatchObject({
    state: 'note',
    detail: elsewhere(false, false),
  });
});

test('an agent that has given up its full screen: says so, and how to get it back', async () => {
  const home = withAgent('2.1.329');
  const record = join(home.folder, '.claude.json');
  writeFileSync(record, '{"fullscreenBootPending":{"123":1}}');
  expect((await findings(home)).find('full screen')).toMatchObject({ state: 'note' });
  writeFileSync(record, '{"fullscreenAutoDisabled":{"version":"2.1.329","at":1,"strikes":2}}');
  const { find, code } = await findings(home);
  expect(find('full screen')).toMatchObject({ state: 'warning', remedy: expect.stringContaining(record) });
  expect(find('full screen')?.detail).toContain('2.1.329');
  expect(code).toBe(0);
  writeFileSync(record, '{}');
  expect((await findings(home)).find('full screen')).toBeUndefined();
});

test('the launcher of background sessions: one that does not exist is a problem, wherever it is named', async () => {
  const home = withAgent('2.1.329');
  expect((await findings(home)).find('launcher')).toBeUndefined();
  const file = join(home.folder, '.claude/settings.json');
  mkdirSync(join(home.folder, '.claude'));
  const gone = join(home.folder, 'guarded-claude-launcher');
  for (const [settings, key] of [
    [{ env: { CLAUDE_CODE_PROCESS_WRAPPER: gone } }, 'CLAUDE_CODE_PROCESS_WRAPPER'],
    [{ processWrapper: gone }, 'processWrapper'],
  ] as const) {
    writeFileSync(file, JSON.stringify(settings));
    const { code, find } = await findings(home);
    expect(code).toBe(1);
    expect(find('launcher')).toMatchObject({
      state: 'problem',
      detail: expect.stringMatching(`${key} in ${file} names ${gone}: no such file`),
    });
  }
  writeScript(gone, '#!/bin/sh\nexec "$@"\n');
  expect((await findings(home)).find('launcher')).toMatchObject({ state: 'ok' });
  writeFileSync(file, '{}');
  const inherited = withAgent('2.1.329', { CLAUDE_CODE_PROCESS_WRAPPER: 'guarded-claude-launcher' });
  expect((await findings(inherited)).find('launcher')?.detail).toMatch(/not an absolute path/);
});

test('a broken one: each line says what to do, exit 1', async () => {
  const home = makeHome({
    PATH: '/usr/bin:/bin',
    HTTPS_PROXY: 'socks5://me:secret@proxy:1080',
    CLAUDECODE: '1',
    GUARDED_CLAUDE_TUNEL: 'off',
    GUARDED_CLAUDE: 'off',
    XDG_STATE_HOME: '/dev/null',
  });
  mkdirSync(join(home.folder, '.claude'));
  writeFileSync(join(home.folder, '.claude/settings.json'), '{"disableAllHooks":true}');
  const { code, all, find } = await findings(home);
  expect(code).toBe(1);
  expect(find('agent')).toMatchObject({
    state: 'problem',
    remedy: expect.stringContaining('GUARDED_CLAUDE_COMMAND'),
  });
  expect(find('proxy chain')).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('HTTPS_PROXY'),
  });
  expect(find('hooks')).toMatchObject({ state: 'warning' });
  expect(find('nesting')).toMatchObject({ state: 'warning', detail: expect.stringContaining('CLAUDECODE') });
  expect(find('config')).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('did you mean GUARDED_CLAUDE_TUNNEL'),
  });
  expect(find('guard')).toMatchObject({ state: 'warning' });
  expect(find('state folder')).toMatchObject({
    state: 'problem',
    remedy: expect.stringContaining('XDG_STATE_HOME'),
  });
  for (const { state, remedy } of all)
    expect(remedy !== null).toBe(state === 'warning' || state === 'problem');
  expect(JSON.stringify(all)).not.toContain('secret');
});

test('an unknown version, an old one, one that cannot be executed', async () => {
  expect((await findings(withAgent('9.9.9'))).find('agent version')).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(/not tested.*like those of 2\.1\.332, unverified/),
  });
  expect((await findings(withAgent('1.0.56'))).find('agent version')).toMatchObject({ state: 'warning' });
  expect((await findings(withAgent('nothing'))).find('agent version')).toMatchObject({
    state: 'warning',
    detail: 'cannot be told',
  });
  const folder = agentFolder('1');
  chmodSync(join(folder, 'claude'), 0o644);
  const home = makeHome({ GUARDED_CLAUDE_COMMAND: join(folder, 'claude') });
  expect((await findings(home)).find('agent')).toMatchObject({
    state: 'problem',
    remedy: expect.stringContaining('executable'),
  });
});

test('a flaw in the configuration: the remedy is one that helps there', async () => {
  const home = withAgent('2.1.329', { GUARDED_CLAUDE_BELL: 'loud' });
  const folder = join(home.folder, '.config/guarded-claude');
  const file = join(folder, 'config.json');
  mkdirSync(folder, { recursive: true });
  const remedies = async (text: string) => {
    writeFileSync(file, text);
    const { all } = await findings(home);
    return all.filter(({ check }) => check === 'config').map(({ remedy }) => remedy);
  };
  const variable = 'correct GUARDED_CLAUDE_BELL where it is set, or unset it';
  expect(await remedies('{"senses":{"hooks":"x","hoks":true},"sense":{}}')).toEqual([
    `correct or remove senses.hoks in ${file}`,
    `correct or remove sense in ${file}`,
    'correct it: guardctl config set senses.hooks VALUE',
    variable,
  ]);
  const broken = `make ${file} a readable file that holds one JSON object, or remove it`;
  expect(await remedies('{')).toEqual([broken, variable]);
});

test('what a session had to do without is reported, even if it failed only at the end', async () => {
  const file = '/nowhere/guarded.prom';
  const guard = await simulatedGuard({
    GUARDED_CLAUDE_METRICS_FILE: file,
    GUARDED_CLAUDE_ON_INCIDENT: 'exit 3',
    GUARDED_CLAUDE_BEL: 'off', // said at the start, and a flaw of its own
  });
  await guard.leave();
  const doctor = spawnSync(process.execPath, [launcher, 'doctor', '--json'], {
    env: guard.env,
    encoding: 'utf8',
  });
  const lacks: Finding[] = JSON.parse(doctor.stdout).filter(({ check }: Finding) => check === 'failed part');
  expect(lacks).toEqual([
    expect.objectContaining({ state: 'note', detail: expect.stringContaining(`metrics file: ENOENT`) }),
  ]);
  expect(lacks[0]?.detail).toContain(guard.status()?.run);
});

test('the same failure in several sessions is one line; while one of them lives, it is a warning', () => {
  const root = temporaryFolder();
  const state = statePaths({ XDG_STATE_HOME: root });
  const failed = (sensor: string, detail: string) =>
    `${JSON.stringify({ at: 1, event: { type: 'sensor.failed', sensor, detail, at: 1 } })}\n`;
  const place = (run: string, journal: string, living: boolean, name = 'journal.jsonl') => {
    placeStatus(state.root, {
      run,
      updated_at: new Date().toISOString(),
      ...(living ? {} : { start_time: '1' }),
    });
    writeFileSync(join(runPaths(state, run).folder, name), journal);
  };
  place('a', failed('guard', 'on_incident: exit code 1').repeat(2), false);
  place(
    'b',
    failed('guard', 'on_incident: exit code 1') + failed('settings', 'told'),
    true,
    'journal.1.jsonl',
  );
  place('b', '{"at":1,"event":{"type":"sensor.failed","sensor":"gu', true);
  expect(lacksOfRuns(state)).toEqual([
    {
      check: 'failed part',
      state: 'warning',
      detail: 'in run b and 1 more: on_incident: exit code 1',
      remedy: expect.any(String),
    },
  ]);
});

test('the agent that would be guarded is the one that is examined', async () => {
  const folder = temporaryFolder();
  writeScript(join(folder, 'codex'), '#!/bin/sh\necho "codex-cli 0.169.0"\n');
  const path = `${folder}:/usr/bin:/bin`;
  for (const env of [
    { PATH: path, GUARDED_CLAUDE_AGENT: 'codex' },
    { PATH: path, GUARDED_CLAUDE_COMMAND: join(folder, 'codex') },
  ]) {
    const home = makeHome({ ...env, CLAUDE_CODE_PROCESS_WRAPPER: 'nowhere' });
    const { code, find } = await findings(home);
    expect(find('agent')).toMatchObject({ state: 'ok', detail: join(folder, 'codex') });
    expect(find('agent version')).toMatchObject({ state: 'ok', detail: '0.169.0, tested with this guard' });
    expect(find('hooks')).toMatchObject({ state: 'note', detail: expect.stringContaining('Codex') });
    expect(find('terminal')?.detail).toContain('unguarded');
    expect(find('proxy chain')?.detail).not.toContain('anthropic');
    expect(find('launcher')).toBeUndefined(); // only Claude Code reads the variable
    expect(code).toBe(0);
  }
  const unknown = await findings(withAgent('2.1.329', { GUARDED_CLAUDE_AGENT: 'gemini' }));
  expect(unknown.find('agent')).toMatchObject({
    state: 'problem',
    detail: 'GUARDED_CLAUDE_AGENT=gemini: must be claude-code or codex',
  });
  expect(unknown.code).toBe(1);
});

test("the person's own proxy is part of the chain, without its password", async () => {
  const home = withAgent('2.1.329', { HTTPS_PROXY: 'http://me:secret@proxy.corp:3128' });
  expect((await findings(home)).find('proxy chain')?.detail).toBe(
    'agent -> tunnel -> proxy.corp:3128 (with credentials) -> api.anthropic.com',
  );
});

test('the network is tried only when asked for', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const home = withAgent('2.1.329', { ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` });
  expect((await findings(home)).find('network')).toBeUndefined();
  expect((await findings(home, '--network')).find('network')).toMatchObject({
    state: 'ok',
    detail: expect.stringContaining(`127.0.0.1:${port} reached in`),
  });
  server.close();
  await once(server, 'close');
  expect((await findings(home, '--network')).find('network')).toMatchObject({
    state: 'problem',
    detail: expect.stringContaining('refused'),
  });
});

test('a proxy that only the agent may get on with is named', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).end('no TLS here\n'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const home = withAgent('2.1.329', { HTTPS_PROXY: `https://127.0.0.1:${port}` });
  expect((await findings(home, '--network')).find('network')).toMatchObject({
    state: 'warning',
    remedy: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
  });
  server.close();
});

const hasTmux = spawnSync('tmux', ['-V']).status === 0;

test.runIf(hasTmux)(
  'inside tmux: options that cost something are named, with the command that fixes them',
  async () => {
    const home = withAgent('2.1.329', { TMUX_TMPDIR: temporaryFolder() });
    const socket = ['-L', 'doctor', '-f', '/dev/null'];
    const tmux = (...args: string[]) =>
      spawnSync('tmux', [...socket, ...args], { env: home.env, encoding: 'utf8' });
    const out = join(home.folder, 'out.json');
    const examine = async (): Promise<Finding[]> => {
      rmSync(out, { force: true });
      tmux(
        'respawn-pane',
        '-k',
        `${process.execPath} ${launcher} doctor --json > ${out}.new; mv ${out}.new ${out}; sleep 60`,
      );
      await vi.waitFor(() => expect(existsSync(out)).toBe(true), { timeout: 30_000, interval: 100 });
      return JSON.parse(readFileSync(out, 'utf8')).filter(({ check }: Finding) => check.startsWith('tmux'));
    };
    tmux('new-session', '-d', 'sleep 60');
    onTestFinished(() => void tmux('kill-server'));
    const before = await examine();
    expect(before[0]).toMatchObject({ state: 'ok', detail: expect.stringContaining('tmux') });
    expect(before).toContainEqual(expect.objectContaining({ check: 'tmux set-titles', state: 'warning' }));
    for (const { remedy } of before) if (remedy !== null) tmux(...remedy.split(' ').slice(1));
    expect((await examine()).map(({ check }) => check)).toEqual(['tmux']);
  },
);

test('for people: one line each, the remedy below', async () => {
  const { stdout, code } = await makeHome({ PATH: '/usr/bin:/bin' }).run('doctor');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^ {2}x agent {10}claude was not found on PATH.*\n {19}-> install the agent/m);
  expect(stdout).toMatch(/^ ok node/m);
});
