import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openTerminal } from '../../src/drill/outer-terminal.ts';
import { displayWidth } from '../../src/words/columns.ts';
import { launcher, makeHome } from '../support/guardctl.ts';
import { placeIncidents, sampleIncident } from '../support/incident.ts';
import { placeStatus } from '../support/status.ts';

type Home = ReturnType<typeof makeHome>;

/** Two living sessions, one of a guard that is gone, an incident. */
function populate(home: Home) {
  const now = new Date().toISOString();
  const base = { since: now, updated_at: now };
  placeStatus(home.state, {
    ...base,
    run: 'run-a',
    state: 'working',
    tokens: 1200,
    connection: { open: 1, silent_ms: 200 },
    cwd: join(home.folder, 'project'),
  });
  placeStatus(home.state, {
    ...base,
    run: 'run-b',
    state: 'waiting',
    message: 'connection lost, retrying (attempt 2/5), next in 4 s',
    attempt: { n: 2, of: 5, next_in_ms: 400_000 },
    connection: { open: 1, silent_ms: 31_000 },
    cwd: '/srv/日本',
    incidents: 1,
  });
  placeStatus(home.state, { ...base, run: 'run-c', state: 'working', start_time: '1' });
  const actions = [{ action: 'cut', at: '2026-01-01T00:00:30.100Z', detail: '1 connection' }] as const;
  placeIncidents(
    home.state,
    sampleIncident('run-b-1', {
      run: 'run-b',
      outcome: 'recovered',
      ended_at: '2026-01-01T00:00:31.500Z',
      actions,
    }),
  );
}

const commandsOf = (home: Home, run: string): string[] => {
  const folder = join(home.state, 'sessions', run, 'commands');
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
};

function open(home: Home, columns: number, rows: number, ...args: string[]) {
  const terminal = openTerminal({
    command: process.execPath,
    args: [launcher, 'watch', ...args],
    env: home.env,
    cwd: home.folder,
    columns,
    rows,
  });
  onTestFinished(() => terminal.kill('SIGKILL'));
  let raw = '';
  terminal.onOutput((bytes) => {
    raw += bytes.toString('latin1');
  });
  return { terminal, raw: () => raw };
}

describe.each([
  [80, 24, {}],
  [120, 40, { NO_COLOR: '1' }],
  [80, 24, { LANG: 'C', NO_COLOR: '1' }],
])('the dashboard at %i×%i %j', (columns, rows, env: Record<string, string>) => {
  test('shows all sessions, opens an incident, asks a session, and leaves the terminal as it was', async () => {
    const home = makeHome(env);
    populate(home);
    const { terminal, raw } = open(home, columns, rows);
    await terminal.waitFor('2 running', 30_000);
    await terminal.waitFor('> * working');
    await terminal.waitFor('  connection lost');
    await terminal.waitFor(/ {3}ended /);
    await terminal.waitFor('~/project');
    await terminal.waitFor('q quit');
    for (const row of terminal.rows()) expect(displayWidth(row)).toBeLessThan(columns);

    terminal.write('\x1b[B');
    await terminal.waitFor('> ! waiting');
    await terminal.waitFor('State     connection lost, retrying (attempt 2/5), next in 4 s');
    await terminal.waitFor('attempt 2/5, next try in ');
    terminal.write('r');
    await terminal.waitFor('relaunch run-b? y yes, any other key no');
    terminal.write('x');
    await terminal.waitFor('q quit');
    terminal.write('n');
    await terminal.waitFor('nudge run-b?');
    terminal.write('y');
    await terminal.waitFor('asked run-b for: nudge');
    expect(commandsOf(home, 'run-b')).toEqual(['nudge']);

    terminal.write('\r');
    await terminal.waitFor('Incidents of run-b');
    await terminal.waitFor('> 2026-01-01 00:00:00  a lost connection, cut: recovered');
    terminal.write('\r');
    await terminal.waitFor('cut dead connections');
    terminal.write('\x1b');
    await terminal.waitFor('Incidents of run-b');
    terminal.write('\x1b');
    await terminal.waitFor('FOLDER');

    placeStatus(home.state, { run: 'run-d', state: 'gave_up', updated_at: new Date().toISOString() });
    await terminal.waitFor(/X gave up/);
    await terminal.waitFor('3 running');

    if ('NO_COLOR' in env) expect(raw()).not.toMatch(/\x1b\[[\d;]*[34]\d[;m]/);
    else expect(raw()).toMatch(/\x1b\[3[36]m/);
    if (env.LANG === 'C') expect(terminal.text().replace(/日本/g, '')).not.toMatch(/[▁-█…]/);

    terminal.write('q');
    expect(await terminal.exited).toMatchObject({ code: 0 });
    expect(raw()).toMatch(/\x1b\[\?1049h/);
    expect(raw().lastIndexOf('\x1b[?1049l')).toBeGreaterThan(raw().lastIndexOf('\x1b[?1049h'));
    expect(raw()).toContain('\x1b[?25h'); // the cursor is back
  });
});

test('keys that come faster than the screen is drawn act on what the keys before them chose', async () => {
  const home = makeHome();
  populate(home);
  const { terminal } = open(home, 80, 24);
  await terminal.waitFor('> * working', 30_000);
  terminal.write('\x1b[B');
  terminal.write('n');
  await terminal.waitFor('nudge run-b?');
});

test('text that is pasted is not taken for keys', async () => {
  const home = makeHome();
  populate(home);
  const { terminal } = open(home, 80, 24);
  await terminal.waitFor('> * working', 30_000);
  terminal.write('any');
  terminal.write('\x1b[B');
  await terminal.waitFor('> ! waiting');
  expect(terminal.text()).not.toContain('nudge run');
  expect(terminal.text()).not.toContain('asked run');
});

test('follows the size of the terminal', async () => {
  const home = makeHome();
  populate(home);
  const { terminal } = open(home, 120, 40);
  await terminal.waitFor('retrying (attempt 2/5), next in 4 s', 30_000);
  terminal.resize(60, 15);
  await terminal.waitFor(/^.{0,59}\n(.*\n)*.*up\/down choose/);
  await vi.waitFor(
    () => {
      for (const row of terminal.rows()) expect(displayWidth(row)).toBeLessThan(60);
      expect(terminal.text()).toContain('run-a');
    },
    { timeout: 10_000 },
  );
});

test.each(['SIGTERM', 'SIGHUP'] as const)('ended by %s it restores the terminal', async (signal) => {
  const home = makeHome();
  const { terminal, raw } = open(home, 80, 24);
  await terminal.waitFor('No guarded session', 30_000);
  terminal.kill(signal);
  await terminal.exited;
  expect(raw().lastIndexOf('\x1b[?1049l')).toBeGreaterThan(raw().lastIndexOf('\x1b[?1049h'));
});

test('Ctrl+C ends it', async () => {
  const { terminal } = open(makeHome(), 80, 24);
  await terminal.waitFor('No guarded session', 30_000);
  terminal.write('\x03');
  expect(await terminal.exited).toMatchObject({ code: 0 });
});

describe('--plain, for a screen reader', () => {
  test('a line for every change, commands typed as words, no control sequence', async () => {
    const home = makeHome();
    populate(home);
    const { terminal, raw } = open(home, 100, 40, '--plain');
    await terminal.waitFor(/run-a working, in ~\/project/, 30_000);
    await terminal.waitFor(
      'run-b waiting: connection lost, retrying (attempt 2/5), in /srv/日本, 1 incident',
    );
    placeStatus(home.state, { run: 'run-a', state: 'idle', updated_at: new Date().toISOString(), cwd: '/x' });
    await terminal.waitFor('run-a idle, in /x');
    terminal.write('pause run-a\r');
    await terminal.waitFor('Asked run-a for: pause.');
    expect(commandsOf(home, 'run-a')).toEqual(['pause']);
    terminal.write('nudge run-c\r');
    await terminal.waitFor('No running session run-c.');
    terminal.write('incident run-b-1\r');
    await terminal.waitFor('cut dead connections');
    terminal.write('dance\r');
    await terminal.waitFor('Not understood.');
    terminal.write('quit\r');
    expect(await terminal.exited).toMatchObject({ code: 0 });
    expect(raw()).not.toContain('\x1b');
  });

  test('chosen by itself if there is no terminal; ends with its reader', async () => {
    const home = makeHome();
    populate(home);
    const child = spawn(process.execPath, [launcher, 'watch'], {
      env: home.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    expect(chunk.toString()).toContain('run-a working');
    child.stdout.destroy();
    placeStatus(home.state, { run: 'run-a', state: 'idle' });
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });
});
