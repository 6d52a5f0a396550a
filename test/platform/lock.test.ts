import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { acquireLock } from '../../src/platform/lock.ts';
import { isAlive, ownIdentity, startTimeOf } from '../../src/platform/process-identity.ts';
import { temporaryFolder } from '../support/folder.ts';
import { built } from '../support/places.ts';

async function sleeper() {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, pid: child.pid ?? 0 };
}

test('a process is its pid and its start time', async () => {
  const { child, pid } = await sleeper();
  const identity = { pid, startTime: startTimeOf(pid) ?? '' };
  expect(isAlive(ownIdentity())).toBe(true);
  expect(isAlive(identity)).toBe(true);
  expect(isAlive({ ...identity, startTime: '1' })).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(identity)).toBe(false);
});

test('held once, free again after release, nothing left behind', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'lock');
  const first = acquireLock(path);
  expect(first.held).toBe(true);
  expect(acquireLock(path)).toEqual({ held: false, by: ownIdentity() });
  if (first.held) first.release();
  expect(readdirSync(folder)).toEqual([]);
  expect(acquireLock(path).held).toBe(true);
});

test.each([
  ['of a dead process', (pid: number) => JSON.stringify({ pid: 2 ** 22 + 1, startTime: String(pid) })],
  ['of a process whose pid is used again', (pid: number) => JSON.stringify({ pid, startTime: '1' })],
  ['that is empty', () => ''],
  ['that is no lock', () => '[]'],
])('a lock %s is taken over', async (_name, content) => {
  const { pid } = await sleeper();
  const path = join(temporaryFolder(), 'lock');
  writeFileSync(path, content(pid));
  expect(acquireLock(path).held).toBe(true);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject(ownIdentity());
});

test.runIf(process.platform === 'linux')(
  'a lock from another machine is respected, and taken over once it is older than any work under it',
  () => {
    const path = join(temporaryFolder(), 'lock');
    const by = { pid: 2 ** 22 + 1, startTime: '1' };
    writeFileSync(path, JSON.stringify({ ...by, place: 'another machine entirely' }));
    expect(acquireLock(path)).toEqual({ held: false, by });
    const before = Date.now() / 1_000 - 3_600;
    utimesSync(path, before, before);
    expect(acquireLock(path).held).toBe(true);
  },
);

test('a lock of a living process is respected, and ours is not removed by a release that comes late', async () => {
  const { pid } = await sleeper();
  const path = join(temporaryFolder(), 'lock');
  const first = acquireLock(path);
  const other = { pid, startTime: startTimeOf(pid) };
  writeFileSync(path, JSON.stringify(other));
  expect(acquireLock(path)).toEqual({ held: false, by: other });
  if (first.held) first.release();
  expect(existsSync(path)).toBe(true);
});

test('while somebody else removes a dead process’s lock it is left to them, unless they died doing so', async () => {
  const { pid, child } = await sleeper();
  const path = join(temporaryFolder(), 'lock');
  const dead = JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1' });
  writeFileSync(path, dead);
  writeFileSync(`${path}.stale`, JSON.stringify({ pid, startTime: startTimeOf(pid) }));
  expect(acquireLock(path).held).toBe(false);
  expect(readFileSync(path, 'utf8')).toBe(dead);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(acquireLock(path).held).toBe(true);
  expect(existsSync(`${path}.stale`)).toBe(false);
});

test('never held by two, however often it changes hands', async () => {
  const folder = temporaryFolder();
  const program = join(folder, 'guard.mjs');
  writeFileSync(
    program,
    `import { closeSync, openSync, rmSync } from 'node:fs';
     import { acquireLock } from ${JSON.stringify(built('modules/src/platform/lock.js'))};
     for (let times = 0; times < 3000; ) {
       const lock = acquireLock(${JSON.stringify(join(folder, 'lock'))});
       if (!lock.held) continue;
       closeSync(openSync(${JSON.stringify(join(folder, 'inside'))}, 'wx')); // throws if another one is inside
       rmSync(${JSON.stringify(join(folder, 'inside'))});
       lock.release();
       times += 1;
     }`,
  );
  const guards = Array.from({ length: 4 }, () =>
    spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  onTestFinished(() => guards.forEach((guard) => void guard.kill('SIGKILL')));
  const codes = await Promise.all(guards.map(async (guard) => (await once(guard, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0, 0]);
});
