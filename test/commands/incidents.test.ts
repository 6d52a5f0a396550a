import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import type { Event, Observation } from '../../src/events.ts';
import { openJournal } from '../../src/records/journal.ts';
import { redact } from '../../src/words/redact.ts';
import { temporaryFolder } from '../support/folder.ts';
import { makeHome } from '../support/guardctl.ts';
import { placeIncidents, sampleIncident } from '../support/incident.ts';
import { placeStatus } from '../support/status.ts';

const recovered = sampleIncident('r1-1', {
  ended_at: '2026-01-01T00:00:31.500Z',
  outcome: 'recovered',
  evidence: ['gateway.corp.example silent for 30.0 s', 'limit 30.0 s'],
  actions: [
    { action: 'cut', at: '2026-01-01T00:00:30.100Z', detail: '1 connection to gateway.corp.example' },
  ],
});

/** A run with a status, an incident and the journal that belongs to it. */
function placeRun(home: ReturnType<typeof makeHome>) {
  placeIncidents(home.state, sampleIncident('r1-1'), recovered);
  placeStatus(home.state, {
    cwd: join(home.folder, 'secret-project'),
    switches: { tunnel: true, hooks: false },
  });
  const folder = join(home.state, 'sessions/r1');
  mkdirSync(folder, { recursive: true });
  const config = { ...defaults, notify: { ...defaults.notify, on_incident: 'curl https://hook.example' } };
  const journal = openJournal({
    path: join(folder, 'journal.jsonl'),
    header: {
      format: 1,
      guard_version: '0.1.0',
      agent: { id: 'claude-code', version: '2.1.329' },
      config: { ...config, network_resilience: { ...config.network_resilience, max_retries: 9 } },
      wall_ms: Date.parse('2026-01-01T00:00:00Z'),
      monotonic_ms: 5_000,
      seed: 1,
    },
    checkpoint: () => ({}),
    onFailure: (detail) => {
      throw new Error(detail);
    },
  });
  const told: readonly (readonly [number, Observation])[] = [
    [-60_000, { type: 'program-status', state: 'working' }],
    [-1_000, { type: 'connection.opened', id: 7, host: 'gateway.corp.example', tookMs: 12 }],
    [0, { type: 'connection.bytes', id: 7, up: 10, down: 20, last: 'down' }],
    [10_000, { type: 'screen', facts: { activity: 'busy', tokens: 5 } }],
    [10_500, { type: 'screen', facts: { activity: 'busy', tokens: 6 } }],
    [30_000, { type: 'tick' }],
  ];
  const event = (at: number, observation: Observation): Event => ({ ...observation, at });
  for (const [at, observation] of told)
    journal.record({ at: 5_000 + at, event: event(5_000 + at, observation) });
  journal.record({ at: 35_000, verdict: { class: 'dead-stream', because: ['silent for 30.0 s'] } });
  journal.record({ at: 35_100, effect: { type: 'cut', connections: [7], why: 'dead-stream' } });
  journal.record({ at: 35_200, event: event(35_200, { type: 'cut.done', count: 1 }) });
  journal.record({ at: 999_000, event: event(999_000, { type: 'interrupted' }) });
  journal.close();
}

test('a cut that may have been needless is mentioned wherever the incident is shown', async () => {
  const home = makeHome();
  const regretted_at = '2026-01-01T00:02:00.000Z';
  placeIncidents(home.state, recovered, { ...recovered, regretted_at });
  expect(await home.json('incidents', '--json')).toEqual([{ ...recovered, regretted_at }]);
  for (const args of [['incidents'], ['incidents', recovered.id], ['report', recovered.id]])
    expect((await home.run(...args)).stdout).toContain('suspected false positive');
});

test('the contract of --json: an array of records, also for one', async () => {
  const home = makeHome();
  expect(await home.json('incidents', '--json')).toEqual([]);
  placeIncidents(
    home.state,
    sampleIncident('r1-1'),
    recovered,
    sampleIncident('r1-2', { began_at: '2026-01-01T00:05:00.000Z' }),
  );
  const all = (await home.json('incidents', '--json')) as object[];
  expect(all).toHaveLength(2);
  expect(all[0]).toEqual(recovered);
  expect(Object.keys(all[0] ?? {})).toEqual(
    'id run session_id agent_version class began_at detected_at ended_at evidence actions outcome'.split(' '),
  );
  expect(await home.json('incidents', 'r1-2', '--json')).toEqual([all[1]]);
});

test('the list for people', async () => {
  const home = makeHome();
  expect((await home.run('incidents')).stdout).toBe('No incidents so far.\n');
  placeIncidents(home.state, recovered);
  expect((await home.run('incidents')).stdout.split('\n')).toEqual([
    'ID    BEGAN                LASTED  WHAT               DONE  OUTCOME',
    'r1-1  2026-01-01 00:00:00  32s     a lost connection  cut   recovered',
    '',
  ]);
});

test('for people an incident is open only while its guard is alive; the record stays as it is', async () => {
  const home = makeHome();
  placeIncidents(home.state, sampleIncident('r1-1'));
  const outcome = async () => (await home.run('incidents')).stdout.split('\n')[1]?.split(/ {2,}/).at(-1);
  placeStatus(home.state, { state: 'recovering' });
  expect(await outcome()).toBe('open');
  expect((await home.run('incidents', 'r1')).stdout).toContain('not over');
  placeStatus(home.state, { state: 'recovering', start_time: '1' });
  expect(await outcome()).toBe('its guard is gone');
  const told = (await home.run('incidents', 'r1')).stdout;
  expect(told).toContain('Connection lost. unknown, because its guard is gone');
  expect(told).not.toContain('not over');
  expect((await home.run('report', 'r1')).stdout).toContain('- outcome: unknown');
  expect(await home.json('incidents', '--json')).toMatchObject([{ outcome: 'open' }]);
});

test('one incident in full: what, evidence, actions, and its timeline without the frequent facts', async () => {
  const home = makeHome();
  placeRun(home);
  const { stdout } = await home.run('incidents', 'r1-1');
  for (const part of [
    'Connection lost. recovered',
    'noticed after 30.0 s',
    'lasted        31.5 s',
    'time only; same process, same screen',
    '  2026-01-01 00:00:30  cut       1 connection to gateway.corp.example',
    '2025-12-31 23:59:59  tunnel          connection 7 to gateway.corp.example opens',
    '00:00:10  screen          shows busy',
    'guard           judges dead-stream: silent for 30.0 s',
    'guard           does: cut (dead-stream)',
    'guard           1 connection cut',
  ]) {
    expect(stdout).toContain(part);
  }
  expect(stdout.match(/shows busy/g)).toHaveLength(1);
  expect(stdout).not.toContain('says working'); // a minute before
  expect(stdout).not.toContain('stopped the turn'); // long after
});

test('the report: Markdown, with the environment, without what reveals who and where', async () => {
  const home = makeHome({ TERM_PROGRAM: 'WezTerm' });
  placeRun(home);
  const { stdout, code } = await home.run('report', 'r1');
  expect(code).toBe(0);
  for (const part of [
    '## Connection lost. (dead-stream)',
    '- outcome: recovered',
    '- +30.1 s **cut** 1 connection to <host>',
    '- agent: claude-code 2.1.329',
    'node ',
    '- terminal: xterm-256color, WezTerm',
    '- senses off: hooks',
    '- settings changed: max_retries=9, on_incident set',
    '```text\n   -1.0 s  tunnel          connection 7 to <host> opens',
    '  +30.1 s  guard           does: cut (dead-stream)',
  ]) {
    expect(stdout).toContain(part);
  }
  for (const secret of ['corp.example', 'hook.example', home.folder, 'secret-project', '11111111-2222']) {
    expect(stdout).not.toContain(secret);
  }
});

test('without a journal only the record is shown', async () => {
  const home = makeHome();
  placeIncidents(home.state, recovered);
  expect((await home.run('report', 'r1-1')).stdout).toContain('No journal from that time is left.');
  expect((await home.run('incidents', 'r1-1')).stdout).not.toContain('Timeline');
});

test('a report for a user whom the machine does not know', async () => {
  const root = temporaryFolder();
  const machine = join(root, 'machine.cjs');
  writeFileSync(
    machine,
    `const os = require('node:os');
     os.userInfo = os.homedir = () => { throw new Error('no such user'); };
     require('node:module').syncBuiltinESMExports();`,
  );
  const home = makeHome({ HOME: '', XDG_STATE_HOME: root, NODE_OPTIONS: `--require ${machine}` });
  placeIncidents(join(root, 'guarded-claude'), recovered);
  const { code, stdout, stderr } = await home.run('report', 'r1-1');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('### Evidence');
});

describe('redaction', () => {
  const about = { home: '/home/ann', user: 'ann', folder: '/home/ann/work/x' };
  test.each([
    ['/home/ann/work/x/a.ts in /home/ann/b', '<project>/a.ts in ~/b'],
    ['http://ann:pw@proxy.corp.net:8080', 'http://<credentials>@<host>:8080'],
    ['api.anthropic.com cannot be reached', 'api.anthropic.com cannot be reached'],
    ['us.gateway.example.org and 10.1.2.3 and 127.0.0.1', '<host> and <ip> and 127.0.0.1'],
    ['transcript.jsonl, settings.json', 'transcript.jsonl, settings.json'],
    ['key sk-ant-api03-abcdefgh', 'key <key>'],
    ['session 0a1b2c3d-1111-4222-8333-444455556666', 'session 0a1b2c3d…'],
    ['asked by ann, not by annette', 'asked by <user>, not by annette'],
    ['mail ann@example.com', 'mail <address>'],
    ['silent for 30.0 s, 2.1.329', 'silent for 30.0 s, 2.1.329'],
  ])('%s', (text, expected) => {
    expect(redact(text, about)).toBe(expected);
  });
  test('a home of / and short names do not eat the text', () => {
    expect(redact('a/b root', { home: '/', user: userInfo().username, folder: '/' })).toContain('a/b');
  });
});
