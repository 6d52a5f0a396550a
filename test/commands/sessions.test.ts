import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { makeHome } from '../support/guardctl.ts';
import { placeStatus } from '../support/status.ts';

const now = () => new Date().toISOString();

test('the contract of --json: these fields, in an array', async () => {
  const home = makeHome();
  expect(await home.json('sessions', '--json')).toEqual([]);
  const status = placeStatus(home.state, { run: 'a', state: 'working', updated_at: now() });
  expect(await home.json('sessions', '--json')).toEqual([
    {
      run: 'a',
      session_id: status.session_id,
      pid: process.pid,
      agent_pid: 4242,
      cwd: '/home/me/project',
      state: 'working',
      since: '2026-01-01T00:00:00.000Z',
      agent_version: '2.1.329',
      incidents: 0,
    },
  ]);
});

test('a session whose guard is gone has ended; long after, it is not listed', async () => {
  const home = makeHome();
  placeStatus(home.state, { run: 'gone', state: 'working', start_time: '1', updated_at: now() });
  placeStatus(home.state, { run: 'long-gone', state: 'working', start_time: '1' });
  expect(await home.json('sessions', '--json')).toEqual([
    expect.objectContaining({ run: 'gone', state: 'ended', agent_pid: null }),
  ]);
  expect((await home.run('sessions')).stdout).toContain(
    '· its guard was killed; to go on: guarded-claude --resume 11111111-2222-4333-8444-555555555555',
  );
});

test('how to go on, whichever agent and home it was', async () => {
  const home = makeHome();
  const killed = { state: 'working', start_time: '1', updated_at: now() } as const;
  const resume = [
    'env',
    'GUARDED_CLAUDE_AGENT=codex',
    'CLAUDE_CONFIG_DIR=/my home',
    'guarded-claude',
    'resume',
    'id',
  ];
  placeStatus(home.state, { ...killed, run: 'other', agent: 'codex', resume });
  placeStatus(home.state, { ...killed, run: 'nothing', resume: null });
  const { stdout } = await home.run('sessions');
  expect(stdout.match(/to go on: .*/g)).toEqual([
    "to go on: env GUARDED_CLAUDE_AGENT=codex 'CLAUDE_CONFIG_DIR=/my home' guarded-claude resume id",
  ]);
});

test('for people: aligned columns, the message, nothing when there is nothing', async () => {
  const home = makeHome();
  expect((await home.run('sessions')).stdout).toBe('No guarded session. Start one with: guarded-claude\n');
  placeStatus(home.state, {
    run: 'a',
    state: 'waiting',
    message: 'connection lost, retrying (attempt 2/5), next in 4 s',
    since: now(),
  });
  const { stdout } = await home.run('sessions');
  const [head, row] = stdout.split('\n');
  expect(head).toBe('RUN  STATE    SINCE  INCIDENTS  FOLDER');
  expect(row).toMatch(
    /^a {4}waiting {2}\d+s {4,}0 {10}\/home\/me\/project · connection lost, retrying \(attempt 2\/5\)/,
  );
});

test('XDG_STATE_HOME and XDG_CONFIG_HOME are honoured', async () => {
  const root = temporaryFolder();
  const home = makeHome({ XDG_STATE_HOME: join(root, 'state'), XDG_CONFIG_HOME: join(root, 'config') });
  placeStatus(join(root, 'state/guarded-claude'), { run: 'x', state: 'idle' });
  expect(await home.json('sessions', '--json')).toEqual([
    expect.objectContaining({ run: 'x', state: 'idle' }),
  ]);
  expect((await home.run('config', 'path')).stdout).toBe(`${root}/config/guarded-claude/config.json\n`);
});

test('plain ASCII when the locale is not UTF-8', async () => {
  const home = makeHome({ LANG: 'C' });
  placeStatus(home.state, { run: 'a', state: 'waiting', message: 'x' });
  const { stdout } = await home.run('sessions');
  expect(stdout).toContain('/home/me/project - x');
  expect([...stdout].every((character) => character <= '\x7f')).toBe(true);
});

test('status: one line about running sessions, coloured for tmux, silent without any', async () => {
  const home = makeHome();
  expect((await home.run('status')).stdout).toBe('');
  placeStatus(home.state, { run: 'a', state: 'working' });
  placeStatus(home.state, { run: 'b', state: 'working' });
  placeStatus(home.state, { run: 'c', state: 'gave_up' });
  placeStatus(home.state, { run: 'd', state: 'idle', start_time: '1' });
  expect((await home.run('status')).stdout).toBe('claude: 2 working, 1 gave up\n');
  expect((await home.run('status', '--tmux')).stdout).toBe(
    'claude: 2 working, #[fg=red]1 gave up#[default]\n',
  );
});

test('health: exit codes for probes', async () => {
  const home = makeHome();
  expect(await home.run('health')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('no guarded session is running'),
  });
  expect(await home.run('health', '--json')).toMatchObject({ code: 3, stdout: '[]\n' });
  const { session_id } = placeStatus(home.state, {
    run: 'abc-1',
    state: 'recovering',
    message: 'resuming the session',
  });
  expect(await home.run('health')).toMatchObject({
    code: 0,
    stdout: 'abc-1 recovering (resuming the session): well\n',
  });
  expect((await home.run('health', session_id ?? '')).code).toBe(0);
  expect((await home.run('health', 'abc')).code).toBe(0);
  placeStatus(home.state, { run: 'abc-2', state: 'gave_up', session_id: 'other' });
  expect(await home.run('health', '--json')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('"well": false'),
  });
  expect((await home.run('health', 'abc-2')).code).toBe(1);
  expect(await home.run('health', 'abc')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('matches 2 sessions'),
  });
  placeStatus(home.state, { run: 'dead', state: 'working', start_time: '1' });
  expect((await home.run('health', 'dead')).code).toBe(1);
});

test('of several runs of one conversation the living one is judged, otherwise the one that began last', async () => {
  const home = makeHome();
  const started = { 'b-old': '2026-05-01T00:00:00.000Z', 'a-new': '2026-05-01T00:00:30.000Z' };
  const place = (run: keyof typeof started, changes: object) =>
    placeStatus(home.state, { run, started_at: started[run], ...changes });
  const { session_id } = place('b-old', { state: 'ended' });
  place('a-new', { state: 'working' });
  expect(await home.run('health', session_id ?? '')).toMatchObject({
    code: 0,
    stdout: 'a-new working: well\n',
  });
  place('a-new', { state: 'gave_up', start_time: '1' });
  expect((await home.run('health', session_id ?? '')).stdout).toBe('a-new gave_up: needs help\n');
  place('b-old', { state: 'working' });
  expect((await home.run('health', session_id ?? '')).stdout).toBe('b-old working: well\n');
});
