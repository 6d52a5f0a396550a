import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { readHolder } from '../../src/platform/lock.ts';
import { startTimeOf } from '../../src/platform/process-identity.ts';
import { readResumeMap, resumeMapPath } from '../../src/records/resume-map.ts';
import { readSessions } from '../../src/records/sessions.ts';
import { writeScript } from '../support/folder.ts';
import { makeHome } from '../support/guardctl.ts';
import { finished } from '../support/guarded.ts';
import { guardProgram, simulatedWorld } from '../support/simulated-guard.ts';
import { placeStatus } from '../support/status.ts';
import { hasTmux } from '../support/tmux.ts';
import { tmuxServer } from '../support/tmux-server.ts';

const slow = { timeout: 30_000, interval: 100 };
const guard = `'${process.execPath}' '${guardProgram}'`;

const isRunning = (pid: number) => startTimeOf(pid) !== null;

/** A tmux server with a shell in main:0 and a guarded session with one turn in main:1. */
async function guardedInTmux(args = '') {
  const world = await simulatedWorld();
  const server = tmuxServer(world.sandbox.root, world.env);
  const { project } = world.sandbox;
  const sessions = () => readSessions(world.state).filter(({ alive }) => alive);
  const openServer = () => {
    server.run('new-session', '-d', '-s', 'main', '-x', '110', '-y', '40', '-c', project);
    server.run('new-window', '-d', '-t', 'main:1', '-c', project);
  };
  const type = (pane: string, ...keys: readonly string[]) => server.run('send-keys', '-t', pane, ...keys);
  const shown = async (pane: string, text: string) =>
    await vi.waitFor(() => expect(server.screen(pane)).toContain(text), slow);
  /** Two Ctrl+C at the free prompt: a third may reach the shell between the guard's end and its next command. */
  const leave = async () => {
    const isFree = () => sessions().every(({ status }) => status.state === 'idle');
    await vi.waitFor(() => expect(isFree()).toBe(true), slow);
    const pids = sessions().map(({ status }) => status.pid);
    type('main:1', 'C-c', 'C-c');
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), slow);
  };
  onTestFinished(async () => {
    server.kill();
    await vi.waitFor(() => expect(sessions()).toEqual([]), slow); // it still writes into the home
  });
  openServer();
  type('main:1', `${guard} ${args}`, 'Enter');
  await shown('main:1', '❯');
  type('main:1', 'hello there');
  await shown('main:1', 'hello there');
  type('main:1', 'Enter');
  await shown('main:1', finished);
  await vi.waitFor(() => expect(readResumeMap(world.state)).toHaveLength(1), slow);
  const home = makeHome(world.env);
  return { ...world, server, sessions, openServer, type, shown, leave, home, project };
}

describe.skipIf(!hasTmux())('with a real tmux server', () => {
  test('the pane says the state, and nothing once the session is over', async () => {
    const { server, leave } = await guardedInTmux();
    const option = () => server.run('show-options', '-pqv', '-t', 'main:1', '@guarded');
    await vi.waitFor(() => expect(option()).toBe('idle'), slow);
    expect(server.run('show-options', '-pqv', '-t', 'main:0', '@guarded')).toBe('');
    expect(server.run('display-message', '-p', '-t', 'main:1', '#{@guarded}')).toBe('idle');
    await leave();
    expect(option()).toBe('');
  });

  test('the map holds what is needed and no prompt; a person who leaves is off it', async () => {
    const { state, sessions, leave, project } = await guardedInTmux("--model opus 'a private matter'");
    const [entry] = readResumeMap(state);
    const [session] = sessions();
    const id = session?.status.session_id ?? '';
    expect(entry).toMatchObject({
      run: session?.status.run,
      pane: 'main:1.0',
      cwd: project,
      session_id: id,
      args: ['--permission-mode', 'acceptEdits', '--model', 'opus', '--resume', id],
      left_out: [],
    });
    const text = readFileSync(resumeMapPath(state), 'utf8');
    expect(text).not.toContain('private');
    expect(text).not.toContain('sk-ant');
    expect(statSync(resumeMapPath(state)).mode & 0o777).toBe(0o600);
    await leave();
    expect(readResumeMap(state)).toEqual([]);
    expect(readHolder(`${resumeMapPath(state)}.lock`)).toBeNull();
  });

  test('a lost server is restored: the session continues in its own pane, once', async () => {
    const tmux = await guardedInTmux();
    const { api, server, sessions, openServer, shown, type, leave, home, state, project } = tmux;
    const before = sessions()[0]?.status;
    server.kill();
    await vi.waitFor(() => expect(sessions()).toEqual([]), slow);
    expect(readResumeMap(state)).toHaveLength(1);

    openServer();
    server.run('new-window', '-d', '-t', 'main:2', '-c', project);
    await vi.waitFor(() => expect(server.screen('main:1')).not.toBe(''), slow); // its shell is there
    const plan = await home.run('restore', '--dry-run');
    expect(plan.stdout).toContain('would restore  its pane main:1.0');
    expect(readResumeMap(state)).toHaveLength(1);
    expect(sessions()).toEqual([]);

    const done = (await home.json('restore', '--json')) as object[];
    expect(done).toEqual([
      {
        pane: 'main:1.0',
        session_id: before?.session_id,
        cwd: project,
        result: 'restored',
        detail: 'its pane main:1.0',
      },
    ]);
    await shown('main:1', '❯');
    expect((await home.run('restore')).stdout).toBe('No session was lost with a tmux server.\n');
    await vi.waitFor(() => expect(sessions()).toHaveLength(1), slow);
    expect(sessions()[0]?.status.run).not.toBe(before?.run);
    await vi.waitFor(() => expect(sessions()[0]?.status.session_id).toBe(before?.session_id), slow);
    expect(server.screen('main:2')).not.toContain('❯');

    type('main:1', 'and on');
    await shown('main:1', 'and on');
    type('main:1', 'Enter');
    const latest = () => JSON.stringify(api.turns().at(-1)?.body);
    await vi.waitFor(() => expect(latest()).toContain('and on'), slow);
    expect(latest()).toContain('hello there'); // the same conversation
    await vi.waitFor(
      () => expect(readResumeMap(state)).toMatchObject([{ session_id: before?.session_id }]),
      slow,
    );
    await leave();
    await vi.waitFor(() => expect(server.screen('main:1')).toMatch(/[#$] *$/), slow); // a shell is left
  });

  test('a pane that is busy or elsewhere is left alone: the session gets a window of its own', async () => {
    const { server, sessions, shown, home, sandbox } = await guardedInTmux();
    server.kill();
    await vi.waitFor(() => expect(sessions()).toEqual([]), slow);
    server.run('new-session', '-d', '-s', 'main', '-x', '110', '-y', '40', '-c', sandbox.root);
    server.run('new-window', '-d', '-t', 'main:1', '-c', sandbox.project, 'echo working; sleep 1000');
    await shown('main:1', 'working');
    const [done] = (await home.json('restore', '--json')) as { detail: string }[];
    expect(done?.detail).toBe('a new window in main');
    await shown('main:2', '❯');
    await vi.waitFor(() => expect(sessions()).toHaveLength(1), slow);
    expect(server.screen('main:1')).toContain('working');
  });

  test('a pane that the person closes is not restored once the server has gone, too', async () => {
    const { server, sessions, home, state } = await guardedInTmux();
    server.run('kill-pane', '-t', 'main:1');
    await vi.waitFor(() => expect(sessions()).toEqual([]), slow);
    expect(server.run('list-windows', '-F', '#{window_index}')).toBe('0');
    await vi.waitFor(() => expect(readResumeMap(state)).toEqual([]), slow);
    server.kill();
    expect((await home.run('restore')).stdout).toBe('No session was lost with a tmux server.\n');
  });

  test('without any server there is a new session of the old name', async () => {
    const { server, sessions, shown, home } = await guardedInTmux();
    server.kill();
    await vi.waitFor(() => expect(sessions()).toEqual([]), slow);
    const told = await home.run('restore');
    expect(told.stdout).toContain('a new session main');
    await shown('main', '❯');
    await vi.waitFor(() => expect(sessions()).toHaveLength(1), slow);
  });

  test('what cannot or must not be brought back is left, with the reason', async () => {
    const { server, sessions, home, sandbox, state } = await guardedInTmux(
      "--append-system-prompt 'a private matter'",
    );
    expect((await home.run('restore')).stdout).toBe('No session was lost with a tmux server.\n');
    server.kill();
    await vi.waitFor(() => expect(sessions()).toEqual([]), slow);
    const told = await home.run('restore');
    expect(told.stdout).toContain('left');
    expect(told.stdout).toContain('needs --append-system-prompt, which is not kept');
    expect(told.stdout).not.toContain('private');
    expect(readResumeMap(state)).toHaveLength(1);
    expect(existsSync(join(sandbox.root, 'tmux-0'))).toBe(true);
    expect(() => server.run('list-sessions')).toThrow(/no server|error connecting/);
  });
});

const linux = process.platform === 'linux';

test.skipIf(!linux)('a conversation of an agent that keeps no record of itself is left to it', async () => {
  const { home, entry, path } = lostEntry();
  const folder = join(home.folder, 'projects/-p');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${entry.session_id}.jsonl`), '');
  writeFileSync(path, JSON.stringify([entry]));
  const program = writeScript(join(home.folder, 'claude'), '#!/bin/sh\necho up\nread -r _\n');
  const agent = spawn(program, entry.args, { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void agent.kill('SIGKILL'));
  await once(agent.stdout, 'data');
  const told = await home.json('restore', '--dry-run', '--json');
  expect(told).toMatchObject([{ result: 'left', detail: `process ${agent.pid} is using the conversation` }]);
});

test.skipIf(!hasTmux()).each(['C.UTF-8', 'C'])(
  'a session whose guard could not be started is not forgotten (%s)',
  async (locale) => {
    const { home, entry, path } = lostEntry({ LC_ALL: locale });
    const folder = join(home.folder, 'projects/-p');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${entry.session_id}.jsonl`), '');
    const server = tmuxServer(home.folder, {});
    server.run('new-session', '-d', '-s', 'other');
    const socket = server.run('display-message', '-p', '#{socket_path}');
    const variables = { ...entry.variables, GUARDED_CLAUDE_COMMAND: '/none' };
    writeFileSync(path, JSON.stringify([{ ...entry, socket, variables }]));
    expect(await home.json('restore', '--json')).toMatchObject([{ result: 'restored' }]);
    expect((await home.run('restore')).stdout).toBe('No session was lost with a tmux server.\n');
    const pid = Number(server.run('display-message', '-p', '#{pid}'));
    server.kill();
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), slow);
    expect(await home.json('restore', '--dry-run', '--json')).toMatchObject([{ result: 'would restore' }]);
  },
);

/** A home with an entry for its map, of a server that is gone. */
function lostEntry(env: Readonly<Record<string, string>> = {}) {
  const home = makeHome(env);
  mkdirSync(home.state, { recursive: true });
  const entry = {
    run: 'r1',
    socket: join(home.folder, 'no/socket'),
    server_pid: 1,
    server_start_time: 'x',
    pane: 'main:0.0',
    cwd: home.folder,
    session_id: '11111111-2222-4333-8444-555555555555',
    args: ['--resume', '11111111-2222-4333-8444-555555555555'],
    left_out: [],
    variables: { CLAUDE_CONFIG_DIR: home.folder },
    updated_at: new Date().toISOString(),
  };
  return { home, entry, path: join(home.state, 'resume-map.json') };
}

test.skipIf(!hasTmux())('the old place is found whatever the locale is', async () => {
  const { home, entry, path } = lostEntry({ LC_ALL: 'C' });
  const folder = join(home.folder, 'projects/-p');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${entry.session_id}.jsonl`), '');
  const cwd = join(realpathSync(home.folder), 'übung');
  mkdirSync(cwd);
  const server = tmuxServer(home.folder, {});
  server.run('new-session', '-d', '-s', 'main', '-c', cwd, '/bin/sh');
  const socket = server.run('display-message', '-p', '#{socket_path}');
  writeFileSync(path, JSON.stringify([{ ...entry, socket, cwd }]));
  const restored = { result: 'would restore', detail: 'its pane main:0.0' };
  const told = () => home.json('restore', '--dry-run', '--json');
  await vi.waitFor(async () => expect(await told()).toMatchObject([restored]), slow); // once the shell is there
});

test('a conversation that was open in two panes is restored in one', async () => {
  const { home, entry, path } = lostEntry();
  const folder = join(home.folder, 'projects/-p');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${entry.session_id}.jsonl`), '');
  writeFileSync(path, JSON.stringify([entry, { ...entry, run: 'r2', pane: 'main:1.0' }]));
  const told = (await home.json('restore', '--dry-run', '--json')) as object[];
  expect(told).toMatchObject([
    { pane: 'main:0.0', result: 'would restore' },
    { pane: 'main:1.0', result: 'left', detail: 'another pane gets the conversation' },
  ]);
});

test.runIf(process.platform === 'linux')('a session that runs on another machine is not lost', async () => {
  const { home, entry, path } = lostEntry();
  writeFileSync(path, JSON.stringify([entry]));
  const status = { run: entry.run, start_time: '1', place: 'another machine entirely' };
  placeStatus(home.state, { ...status, state: 'working' });
  expect((await home.run('restore', '--dry-run')).stdout).toBe('No session was lost with a tmux server.\n');
});

test('a conversation that is gone is not restored', async () => {
  const { home, entry, path } = lostEntry();
  writeFileSync(path, JSON.stringify([entry, { ...entry, cwd: '/none' }, { run: 'torn' }]));
  const told = (await home.json('restore', '--json')) as { detail: string }[];
  expect(told.map(({ detail }) => detail)).toEqual(['the conversation is gone', 'the folder is gone: /none']);
  writeFileSync(path, '{ damaged');
  expect((await home.run('restore')).stdout).toBe('No session was lost with a tmux server.\n');
  rmSync(home.state, { recursive: true });
  expect((await home.run('restore')).code).toBe(0);
});
