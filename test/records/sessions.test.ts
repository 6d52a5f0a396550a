import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type StatePaths, statePaths } from '../../src/platform/paths.ts';
import { isGuardRunning, killedMessage, readSessions, removeOldRuns } from '../../src/records/sessions.ts';
import type { Status } from '../../src/records/status.ts';
import { temporaryFolder } from '../support/folder.ts';
import { placeStatus } from '../support/status.ts';

const dead = { start_time: '1' };

test('a dead guard is never shown as running', () => {
  const state = statePaths({ XDG_STATE_HOME: temporaryFolder() });
  expect(readSessions(state)).toEqual([]);
  placeStatus(state.root, { run: 'a', state: 'working' });
  placeStatus(state.root, { run: 'b', state: 'working', ...dead, message: 'connection lost' });
  placeStatus(state.root, { run: 'c', state: 'gave_up', ...dead });
  placeStatus(state.root, { run: 'd', state: 'ended' });
  mkdirSync(join(state.sessions, 'e'));
  const shown = readSessions(state).map(({ status, alive }) => [
    status.run,
    status.state,
    alive,
    status.agent_pid,
  ]);
  expect(shown).toEqual([
    ['a', 'working', true, 4242],
    ['b', 'ended', false, null],
    ['c', 'gave_up', false, null],
    ['d', 'ended', false, null],
  ]);
  const messages = readSessions(state).map(({ status }) => status.message);
  expect(messages).toEqual([null, killedMessage, null, null]);
});

describe.runIf(process.platform === 'linux')('a guard on another machine, which shares the home', () => {
  const elsewhere = { ...dead, place: 'another machine entirely' } as const;
  const minutes = 60_000;
  function silent(state: StatePaths, run: string, silentMs: number, changes: Partial<Status> = {}) {
    placeStatus(state.root, { run, state: 'working', ...elsewhere, ...changes });
    const folder = join(state.sessions, run);
    mkdirSync(join(folder, 'spool'));
    writeFileSync(join(folder, 'journal.jsonl'), '');
    const heard = (Date.now() - silentMs) / 1_000;
    utimesSync(join(folder, 'journal.jsonl'), heard, heard);
  }

  test('lives for as long as it is heard of', () => {
    const state = statePaths({ XDG_STATE_HOME: temporaryFolder() });
    silent(state, 'rests', 1.5 * minutes);
    silent(state, 'killed', 5 * minutes);
    silent(state, 'ended', 0, { state: 'gave_up', place: null });
    const alive = readSessions(state).filter((session) => session.alive);
    expect(alive.map(({ status }) => status.run)).toEqual(['rests']);
    expect(['rests', 'killed', 'ended'].map((run) => isGuardRunning(state, run))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('keeps what it needs when it is stopped for hours, but not for ever', () => {
    const state = statePaths({ XDG_STATE_HOME: temporaryFolder() });
    silent(state, 'stopped', 120 * minutes);
    silent(state, 'gone', 2 * 24 * 60 * minutes);
    removeOldRuns(state, Date.now());
    const keeps = (run: string) => existsSync(join(state.sessions, run, 'spool'));
    expect([keeps('stopped'), keeps('gone')]).toEqual([true, false]);
  });
});

test('runs come in the order of their start, across the turn of the year and within a minute', () => {
  const state = statePaths({ XDG_STATE_HOME: temporaryFolder() });
  placeStatus(state.root, { run: '0101-0000-a', started_at: '2027-01-01T00:00:10.000Z' });
  placeStatus(state.root, { run: '0101-0000-b', started_at: '2027-01-01T00:00:05.000Z' });
  placeStatus(state.root, { run: '1231-2359-c', started_at: '2026-12-31T23:59:00.000Z' });
  const runs = readSessions(state).map(({ status }) => status.run);
  expect(runs).toEqual(['1231-2359-c', '0101-0000-b', '0101-0000-a']);
});

test('old runs are removed, living and recent ones stay, and at most fifty dead ones', () => {
  const state = statePaths({ XDG_STATE_HOME: temporaryFolder() });
  const day = 24 * 3_600_000;
  const now = Date.now();
  const age = (run: string, days: number) => {
    const time = new Date(now - days * day);
    const folder = join(state.sessions, run);
    for (const path of [...readdirSync(folder).map((name) => join(folder, name)), folder])
      utimesSync(path, time, time);
  };
  placeStatus(state.root, { run: 'living-old' });
  age('living-old', 100);
  placeStatus(state.root, { run: 'dead-old', ...dead });
  age('dead-old', 15);
  placeStatus(state.root, { run: 'dead-young', ...dead });
  age('dead-young', 0.5);
  mkdirSync(join(state.sessions, 'empty-new'));
  mkdirSync(join(state.sessions, 'empty-old'));
  age('empty-old', 20);
  for (let index = 0; index < 60; index++) {
    placeStatus(state.root, { run: `z${index}`, ...dead });
    age(`z${index}`, 1 + index / 100);
  }
  removeOldRuns(state, now);
  const left = readdirSync(state.sessions);
  expect(left).toEqual(expect.arrayContaining(['living-old', 'dead-young', 'empty-new', 'z0', 'z40']));
  for (const gone of ['dead-old', 'empty-old', 'z59']) expect(left).not.toContain(gone);
  expect(left.length).toBeLessThanOrEqual(52);
});

test('a missing state folder is fine', () => {
  expect(() => removeOldRuns(statePaths({ XDG_STATE_HOME: '/none' }), 0)).not.toThrow();
});

test('nothing is thrown, and nothing removed, if the disk does not say how old a run is', () => {
  const state = statePaths({ XDG_STATE_HOME: temporaryFolder() });
  const folder = join(state.sessions, 'run');
  mkdirSync(folder, { recursive: true });
  symlinkSync('status.json', join(folder, 'status.json')); // ELOOP stands for any failure
  expect(() => removeOldRuns(state, Date.now() + 10 * 365 * 24 * 3_600_000)).not.toThrow();
  expect(readdirSync(state.sessions)).toEqual(['run']);
});

test('the person’s words are removed after a guard was killed; its records stay', () => {
  const state = statePaths({ XDG_STATE_HOME: temporaryFolder() });
  for (const [run, guard] of [
    ['living', {}],
    ['killed', dead],
  ] as const) {
    placeStatus(state.root, { run, state: 'working', ...guard });
    const folder = join(state.sessions, run);
    mkdirSync(join(folder, 'spool'));
    for (const name of ['spool/a.1.json', 'room', 'journal.jsonl'])
      writeFileSync(join(folder, name), 'words');
  }
  removeOldRuns(state, Date.now());
  expect(readdirSync(join(state.sessions, 'killed')).toSorted()).toEqual(['journal.jsonl', 'status.json']);
  expect(readdirSync(join(state.sessions, 'living'))).toHaveLength(4);
});
