/** Originals that repairs have kept, and snapshots, as the days go by. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { claudeCodeRepairer } from '../../../src/agents/claude-code/transcript/repair/repair.ts';
import { repairFile, tidyBeside } from '../../../src/agents/common/repair.ts';
import { temporaryFolder } from '../../support/folder.ts';

const dayMs = 24 * 3_600_000;
const now = Date.parse('2026-11-29T12:00:00Z');
const id = '0d0b1c1e-0000-4000-8000-000000000000';
const record = {
  type: 'user',
  uuid: 'u',
  parentUuid: null,
  sessionId: id,
  cwd: '/',
  message: { role: 'user', content: 'hi' },
};

/** A conversation that is damaged anew before each repair, as a kill does it. */
function world() {
  const folder = temporaryFolder();
  const path = join(folder, `${id}.jsonl`);
  const repaired = async (atMs: number, byHand = false): Promise<string> => {
    writeFileSync(path, `${JSON.stringify(record)}\n{"torn`);
    const options = { now: atMs, byHand, reconnect: false, version: null, dryRun: false, thorough: false };
    const outcome = await repairFile(path, claudeCodeRepairer, { ...options, resultTexts: new Map() });
    if (outcome.result !== 'repaired') throw new Error(outcome.result);
    return outcome.backup;
  };
  return { folder, path, repaired };
}

/** What a process that was killed has left: no process has this pid. */
const deadLock = JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1' });

test('a repair that was killed after it had replaced the conversation is told at the next start, once', async () => {
  const { path, repaired } = world();
  const original = await repaired(now);
  expect(tidyBeside(path, now)).toBeNull(); // it had been told
  writeFileSync(`${path}.repair-lock`, deadLock);
  utimesSync(`${path}.repair-lock`, 1, 1); // it was there before the original
  expect(tidyBeside(path, now)).toBe(original);
  expect(tidyBeside(path, now)).toBeNull();
});

test('one that was killed before it had replaced a conversation says nothing of an earlier repair', async () => {
  const { path, repaired } = world();
  const original = await repaired(now - 3 * dayMs);
  appendFileSync(path, '{}\n');
  writeFileSync(`${path}.repair-lock`, deadLock);
  const laterSeconds = statSync(original).ctimeMs / 1_000 + 1;
  utimesSync(`${path}.repair-lock`, laterSeconds, laterSeconds);
  expect(tidyBeside(path, now)).toBeNull();
});

test('a repair that was killed before that has changed nothing', () => {
  const { folder, path } = world();
  writeFileSync(path, '{}\n');
  const original = `${path}.before-repair-20261101T000000Z-automatic`;
  for (const keep of [() => linkSync(path, original), () => cpSync(path, `${original}-2`)]) {
    keep();
    writeFileSync(`${path}.repair-lock`, deadLock);
    expect(tidyBeside(path, now)).toBeNull();
  }
  expect(readdirSync(folder)).not.toContain(`${id}.jsonl.repair-lock`);
});

test('of the originals that the guard keeps, those of a week stay, and the last one', async () => {
  const { path, repaired } = world();
  const old = await repaired(now - 9 * dayMs);
  const twin = await repaired(now - 9 * dayMs);
  const young = await repaired(now - 6 * dayMs);
  expect([old, twin, young].map(existsSync)).toEqual([true, true, true]); // none was a week old yet
  tidyBeside(path, now);
  expect([old, twin, young].map(existsSync)).toEqual([false, false, true]);
  tidyBeside(path, now + 100 * dayMs);
  expect(existsSync(young)).toBe(true);
});

test('a session that is never resumed by a person is tidied by its own repairs', async () => {
  const { folder, repaired } = world();
  for (let day = 30; day > 0; day--) await repaired(now - day * dayMs);
  expect(readdirSync(folder).filter((name) => name.includes('.before-repair-'))).toHaveLength(7);
});

test('the original of a repair by hand belongs to the person', async () => {
  const { path, repaired } = world();
  const byHand = await repaired(now - 90 * dayMs, true);
  await repaired(now - 80 * dayMs);
  tidyBeside(path, now);
  expect(existsSync(byHand)).toBe(true);
});

test('when a conversation is gone, its originals and its snapshot follow it after a week', () => {
  const { folder, path } = world();
  writeFileSync(path, '{}\n');
  const other = 'ffffffff-0000-4000-8000-000000000000';
  const place = (name: string, ageDays: number) => {
    writeFileSync(join(folder, name), 'words');
    utimesSync(join(folder, name), (now - ageDays * dayMs) / 1_000, (now - ageDays * dayMs) / 1_000);
  };
  place(`${other}.jsonl.before-repair-20261101T000000Z-automatic`, 40);
  place(`${other}.jsonl.before-repair-20261128T000000Z-automatic`, 40);
  place(`${other}.recovery.json`, 28);
  place(`${id}.recovery.json`, 28);
  place('eeeeeeee-0000-4000-8000-000000000000.recovery.json', 1);
  tidyBeside(path, now);
  expect(readdirSync(dirname(path)).toSorted()).toEqual([
    `${id}.jsonl`,
    `${id}.recovery.json`,
    'eeeeeeee-0000-4000-8000-000000000000.recovery.json',
    `${other}.jsonl.before-repair-20261128T000000Z-automatic`,
  ]);
});

test('what only looks like a snapshot is not the guard’s to remove', () => {
  const { folder, path } = world();
  const notes = join(folder, 'database.recovery.json');
  writeFileSync(notes, 'words');
  utimesSync(notes, 1, 1);
  tidyBeside(path, now);
  expect(existsSync(notes)).toBe(true);
});

test('a repair by hand, which may be in any folder, removes nothing', async () => {
  const { folder, repaired } = world();
  const other = 'ffffffff-0000-4000-8000-000000000000';
  const old = [`${other}.jsonl.before-repair-20260101T000000Z-automatic`, `${other}.recovery.json`];
  for (const name of old) {
    writeFileSync(join(folder, name), 'words');
    utimesSync(join(folder, name), 1, 1);
  }
  await repaired(now, true);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(old));
});
