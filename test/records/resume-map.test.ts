import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { makePrivateFolder, runPaths, statePaths } from '../../src/platform/paths.ts';
import { ownIdentity } from '../../src/platform/process-identity.ts';
import {
  isServerAlive,
  putOnMap,
  type ResumeEntry,
  readResumeMap,
  resumeMapPath,
  takeOffMap,
} from '../../src/records/resume-map.ts';
import { temporaryFolder } from '../support/folder.ts';
import { built } from '../support/places.ts';

const server = ownIdentity();
const entry = (run: string, changes: Partial<ResumeEntry> = {}): ResumeEntry => ({
  run,
  socket: '/tmp/tmux/default',
  server_pid: server.pid,
  server_start_time: server.startTime,
  pane: `main:0.${run}`,
  cwd: '/home/me/project',
  session_id: `session of ${run}`,
  args: ['--resume', `session of ${run}`],
  left_out: [],
  variables: {},
  updated_at: new Date().toISOString(),
  ...changes,
});

function place() {
  const state = statePaths({ XDG_STATE_HOME: temporaryFolder() });
  makePrivateFolder(state.root);
  const runs = () => readResumeMap(state).map(({ run }) => run);
  return { state, runs };
}

test('one entry per run, session and living pane; old ones fade', async () => {
  const { state, runs } = place();
  await putOnMap(state, entry('old', { updated_at: '2020-01-01T00:00:00.000Z' }));
  await putOnMap(state, entry('1'));
  expect(runs()).toEqual(['1']);
  await putOnMap(state, entry('1', { session_id: 'next' }));
  expect(readResumeMap(state)).toMatchObject([{ run: '1', session_id: 'next' }]);
  await putOnMap(state, entry('2', { session_id: 'next' })); // resumed elsewhere
  expect(runs()).toEqual(['2']);
  await putOnMap(state, entry('3', { pane: 'main:0.2' })); // the pane has another guard now
  expect(runs()).toEqual(['3']);
  await putOnMap(state, entry('4', { pane: 'main:0.2', server_start_time: '1' })); // of a server that is gone
  expect(runs()).toEqual(['3', '4']);
  expect(readResumeMap(state).map(isServerAlive)).toEqual([true, false]);
  await takeOffMap(state, '3');
  expect(runs()).toEqual(['4']);
});

test('the entry of a guard that lives is its own to remove', async () => {
  const { state, runs } = place();
  const { run, status } = runPaths(state, 'living');
  mkdirSync(dirname(status), { recursive: true });
  const guard = { run, pid: server.pid, start_time: server.startTime, state: 'idle', cwd: '/' };
  writeFileSync(status, JSON.stringify({ ...guard, since: new Date().toISOString() }));
  await putOnMap(state, entry(run, { session_id: 'x' }));
  await putOnMap(state, entry('2', { session_id: 'x' }));
  await putOnMap(state, entry('2', { session_id: 'y' }));
  expect(runs()).toEqual([run, '2']);
});

test('guards that come and go at the same time lose no entry', async () => {
  const { state, runs } = place();
  const module = built('modules/src/records/resume-map.js');
  const program = join(state.root, 'guard.mjs');
  writeFileSync(
    program,
    `import { putOnMap, takeOffMap } from ${JSON.stringify(module)};
     const state = ${JSON.stringify(state)};
     const base = ${JSON.stringify(entry('x'))};
     const name = process.argv[2];
     for (let index = 0; index < 10; index++) {
       const run = name + index;
       await putOnMap(state, { ...base, run, pane: run, session_id: run });
       if (index % 2) await takeOffMap(state, run);
     }`,
  );
  const guards = ['a', 'b', 'c'].map((name) =>
    spawn(process.execPath, [program, name], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(guards.map(async (guard) => (await once(guard, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0]);
  expect(runs().sort()).toEqual(['a', 'b', 'c'].flatMap((name) => [0, 2, 4, 6, 8].map((n) => name + n)));
});

test('foreign entries are skipped', () => {
  const { state } = place();
  const good = entry('1');
  writeFileSync(
    resumeMapPath(state),
    JSON.stringify([good, null, {}, { ...good, args: [1] }, { ...good, variables: null }]),
  );
  expect(readResumeMap(state)).toEqual([good]);
});
