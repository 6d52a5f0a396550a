import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { faults } from '../../src/drill/api/faults.ts';
import { measure } from '../../src/metrics/instruments.ts';
import { openTextfile } from '../../src/metrics/textfile.ts';
import { statePaths } from '../../src/platform/paths.ts';
import { readIncidents } from '../../src/records/incidents.ts';
import { temporaryFolder } from '../support/folder.ts';
import { finished } from '../support/guarded.ts';
import { sampleIncident } from '../support/incident.ts';
import { readOpenMetrics } from '../support/open-metrics.ts';
import { built } from '../support/places.ts';
import { simulatedGuard } from '../support/simulated-guard.ts';
import { placeStatus } from '../support/status.ts';

const over = sampleIncident('r1-1', { outcome: 'recovered', ended_at: '2026-01-01T00:00:31.000Z' });
const incidents = 'guarded_claude_incidents_total';

test('a real guard: its state while it runs, its incident, nothing of itself once it is over', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'guarded.prom');
  const guard = await simulatedGuard({ GUARDED_CLAUDE_METRICS_FILE: path });
  const read = () => readOpenMetrics(readFileSync(path, 'utf8'));
  await guard.until('its state is in the file', () => {
    const text = statSync(path, { throwIfNoEntry: false }) && readFileSync(path, 'utf8');
    return text ? readOpenMetrics(text).value('guarded_claude_sessions', { state: 'idle' }) === 1 : false;
  });
  expect(statSync(path).mode & 0o777).toBe(0o644 & ~process.umask());
  guard.api.enqueue(faults['headers-only'].scenario);
  await guard.submit('hello');
  await guard.terminal.waitFor(finished, 30_000);
  await guard.until('the incident is over', () => readIncidents(guard.state).at(-1)?.outcome === 'recovered');
  await guard.leave();

  const { value } = read();
  expect(value(incidents, { class: 'dead-stream', outcome: 'recovered' })).toBe(1);
  expect(value('guarded_claude_actions_total', { action: 'cut' })).toBe(1);
  expect(value('guarded_claude_recovery_seconds_count', {})).toBe(1);
  const [incident] = readIncidents(guard.state);
  const tookS = (Date.parse(incident?.ended_at ?? '') - Date.parse(incident?.began_at ?? '')) / 1000;
  expect(value('guarded_claude_recovery_seconds_sum', {})).toBeCloseTo(tookS, 3);
  for (const state of ['idle', 'working', 'ended'])
    expect(value('guarded_claude_sessions', { state })).toBe(0);
  expect(readdirSync(folder)).toEqual(['guarded.prom']); // no lock, no temporary file
});

test.each([true, false])('a link stays a link (its target exists: %s)', async (exists) => {
  const folder = temporaryFolder();
  const real = join(folder, 'real.prom');
  const path = join(folder, 'guarded.prom');
  if (exists) writeFileSync(real, '');
  symlinkSync('real.prom', path);
  const state = statePaths({ XDG_STATE_HOME: folder });
  const failures: string[] = [];
  const file = openTextfile(path, state, 'r1', (detail) => void failures.push(detail));
  file.add(measure(over));
  await file.close(1_000);
  expect(failures).toEqual([]);
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
  expect(readFileSync(real, 'utf8')).toContain(incidents);
  expect(readdirSync(folder).toSorted()).toEqual(['guarded.prom', 'real.prom']);
});

test('guards that write at the same time lose no count', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'guarded.prom');
  const module = built('modules/src/metrics/textfile.js');
  const program = join(folder, 'guard.mjs');
  writeFileSync(
    program,
    `import { openTextfile } from ${JSON.stringify(module)};
     const state = { root: ${JSON.stringify(folder)}, sessions: ${JSON.stringify(folder)}, incidents: '' };
     const measured = ${JSON.stringify(measure(over))};
     for (let index = 0; index < 20; index++) {
       const file = openTextfile(${JSON.stringify(path)}, state, 'r', (detail) => { throw new Error(detail); });
       file.add(measured);
       await file.close(30_000);
     }`,
  );
  const guards = [1, 2, 3].map(() => spawn(process.execPath, [program], { stdio: 'inherit' }));
  const codes = await Promise.all(guards.map(async (guard) => (await once(guard, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0]);
  const { value } = readOpenMetrics(readFileSync(path, 'utf8'));
  expect(value(incidents, { class: 'dead-stream', outcome: 'recovered' })).toBe(60);
});

test('sessions of all living guards are counted by state', async () => {
  const root = temporaryFolder();
  const state = statePaths({ XDG_STATE_HOME: root });
  placeStatus(state.root, { run: 'a', state: 'working' });
  placeStatus(state.root, { run: 'b', state: 'working' });
  placeStatus(state.root, { run: 'c', state: 'blocked' });
  placeStatus(state.root, { run: 'd', state: 'working', start_time: '1' }); // its guard is gone
  const file = openTextfile(join(root, 'm.prom'), state, 'b', (detail) => expect.unreachable(detail));
  await file.close(30_000); // b is over
  const { value } = readOpenMetrics(readFileSync(join(root, 'm.prom'), 'utf8'));
  expect(value('guarded_claude_sessions', { state: 'working' })).toBe(1);
  expect(value('guarded_claude_sessions', { state: 'blocked' })).toBe(1);
});

test('a missing folder is reported once; the counts come when it exists', async () => {
  const folder = join(temporaryFolder(), 'later');
  const path = join(folder, 'm.prom');
  const failures: string[] = [];
  const state = statePaths({ XDG_STATE_HOME: temporaryFolder() });
  const file = openTextfile(path, state, 'r', (detail) => void failures.push(detail));
  file.add(measure(over));
  await vi.waitFor(() => expect(failures).toHaveLength(1), { timeout: 10_000 });
  mkdirSync(folder);
  await file.close(30_000);
  const { value } = readOpenMetrics(readFileSync(path, 'utf8'));
  expect(value(incidents, { class: 'dead-stream', outcome: 'recovered' })).toBe(1);
  expect(failures[0]).toMatch(/^metrics file: .*ENOENT/);
  rmSync(folder, { recursive: true });
});
