import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faults } from '../../src/drill/api/faults.ts';
import { createCast } from '../../src/records/cast.ts';
import { readIncidents } from '../../src/records/incidents.ts';
import { temporaryFolder } from '../support/folder.ts';
import { makeHome } from '../support/guardctl.ts';
import { finished } from '../support/guarded.ts';
import { placeIncidents, sampleIncident } from '../support/incident.ts';
import { simulatedGuard } from '../support/simulated-guard.ts';

type Line = readonly [at: number, code: 'o' | 'r' | 'm', data: string];

/** Reads it as the format's description says; throws where it is none. */
function readCast(path: string) {
  const [head = '', ...rest] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const header = JSON.parse(head) as { version: number; width: number; height: number; timestamp: number };
  const lines = rest.map((line) => JSON.parse(line) as Line);
  expect(header.version).toBe(2);
  let latest = 0;
  for (const [at, code, data] of lines) {
    expect(at).toBeGreaterThanOrEqual(latest);
    latest = at;
    expect(code).toMatch(/^[orm]$/);
    expect(data).toBeTypeOf('string');
  }
  const output = lines.flatMap(([, code, data]) => (code === 'o' ? [data] : [])).join('');
  return { header, lines, output };
}

function record() {
  const clock = { now: 1_000 };
  const path = join(temporaryFolder(), 'i.cast');
  const cast = createCast({ columns: 80, rows: 24, now: () => clock.now });
  const put = (text: string | Buffer) => cast.output(Buffer.from(text));
  return { clock, path, cast, put };
}

test('only the last minute is kept, at the size that the terminal had then', () => {
  const { clock, path, cast, put } = record();
  put('old');
  clock.now += 1_000;
  cast.resized(100, 30);
  put('also old');
  clock.now += 60_500;
  put('new');
  clock.now += 500;
  cast.resized(100, 30);
  cast.resized(120, 40);
  clock.now += 1_000;
  cast.save(path, 'dead-stream: open');
  const { header, lines } = readCast(path);
  expect(header).toMatchObject({ width: 100, height: 30 });
  expect(lines).toEqual([
    [0, 'o', 'new'],
    [0.5, 'r', '120x40'],
    [1.5, 'm', 'dead-stream: open'],
  ]);
  expect(Math.abs(header.timestamp - (Date.now() / 1000 - 1.5))).toBeLessThan(5);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('what comes before the end is added, once, and characters are not torn', () => {
  const { clock, path, cast, put } = record();
  const bytes = Buffer.from('ä€😀');
  for (const byte of bytes.subarray(0, 4)) put(Buffer.of(byte));
  cast.save(path, 'open');
  clock.now += 5_000;
  for (const byte of bytes.subarray(4)) put(Buffer.of(byte));
  cast.save(path, 'recovered');
  cast.save(path, 'again');
  const { lines, output } = readCast(path);
  expect(output).toBe('ä€😀');
  expect(lines.filter(([, code]) => code === 'm')).toEqual([
    [0, 'm', 'open'],
    [5, 'm', 'recovered'],
    [5, 'm', 'again'],
  ]);
});

test('each incident has a file of its own', () => {
  const { path, cast, put } = record();
  put('one');
  cast.save(path, 'a');
  put('two');
  cast.save(`${path}2`, 'b');
  expect(readCast(path).output).toBe('one');
  expect(readCast(`${path}2`).output).toBe('onetwo');
});

test('a flood stays within two megabytes of memory, an endless incident within eight of disk', () => {
  const { clock, path, cast } = record();
  const chunk = Buffer.alloc(64 * 1024, 'x');
  for (let index = 0; index < 100; index++) cast.output(chunk);
  cast.save(path, 'flood');
  expect(readCast(path).output.length).toBeLessThanOrEqual(2 * 1024 * 1024);
  expect(readCast(path).output.length).toBeGreaterThan(1024 * 1024);
  for (let round = 0; round < 20; round++) {
    for (let index = 0; index < 40; index++) cast.output(chunk);
    clock.now += 1_000;
    cast.save(path, 'more');
  }
  expect(statSync(path).size).toBeLessThanOrEqual(8 * 1024 * 1024);
  readCast(path);
  // Many small pieces count for more than their bytes.
  const small = record();
  for (let index = 0; index < 100_000; index++) small.put('y');
  small.cast.save(small.path, 'small');
  expect(readCast(small.path).output.length).toBeLessThan(10_000);
});

describe('with a real guard', () => {
  const settings = { GUARDED_CLAUDE_METRICS_FILE: '' };
  const castsOf = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.cast'));

  async function withIncident(cast: 'on' | 'off') {
    const guard = await simulatedGuard({ ...settings, GUARDED_CLAUDE_CAST: cast });
    await guard.submit('my words on the screen');
    await guard.terminal.waitFor(finished);
    const folder = join(guard.state.sessions, guard.status()?.run ?? '');
    expect(castsOf(folder)).toEqual([]); // nothing without an incident
    guard.api.enqueue(faults['headers-only'].scenario);
    await guard.submit('again');
    await guard.until('it is over', () => readIncidents(guard.state).at(-1)?.outcome === 'recovered');
    return { guard, folder, id: readIncidents(guard.state)[0]?.id ?? '' };
  }

  test('switched on: the minute before and the cure are in the file, and the report says where', async () => {
    const { guard, folder, id } = await withIncident('on');
    expect(castsOf(folder)).toEqual([`${id}.cast`]);
    const path = join(folder, `${id}.cast`);
    // The incident is on record a moment before its recording is.
    const isComplete = () => readFileSync(path, 'utf8').includes('"dead-stream: recovered"');
    await guard.until('its end is in the recording', isComplete);
    const { header, lines, output } = readCast(path);
    expect(header).toMatchObject({ width: 110, height: 40 });
    expect(output).toContain('my words');
    expect(lines.filter(([, code]) => code === 'm').at(-1)?.[2]).toBe('dead-stream: recovered');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const home = makeHome({ XDG_STATE_HOME: guard.sandbox.stateHome });
    const told = await home.run('report', id, '--cast');
    expect(told.code).toBe(0);
    expect(told.stdout).toContain(`### Recording\n\n${id}.cast, asciicast v2`);
    expect(told.stdout).not.toContain('my words');
    expect(told.stderr).toContain(`The recording: ${path}\n`);
  });

  test('off by default: nothing is written', async () => {
    const { folder } = await withIncident('off');
    expect(castsOf(folder)).toEqual([]);
  });
});

test('if there is none, the report says how to get the next one', async () => {
  const home = makeHome();
  placeIncidents(home.state, sampleIncident('r1-1', { outcome: 'recovered' }));
  const told = await home.run('report', 'r1-1', '--cast');
  expect(told.code).toBe(1);
  expect(told.stderr).toContain('guardctl config set cast on');
  expect(told.stdout).toContain('## Connection lost.');
  expect((await home.run('report', 'r1-1')).stderr).toBe('');
  expect((await home.run('config', 'set', 'cast', 'on')).code).toBe(0);
  expect((await home.run('config', 'get', 'cast')).stdout.trim()).toMatch(/true|on/);
  expect(existsSync(join(home.folder, '.config/guarded-claude/config.json'))).toBe(true);
});
