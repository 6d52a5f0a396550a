import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import { type JournalEntry, type JournalOptions, openJournal } from '../../src/records/journal.ts';
import { temporaryFolder } from '../support/folder.ts';
import { built } from '../support/places.ts';

const header = {
  format: 1,
  guard_version: '0.0.0',
  agent: { id: 'claude-code', version: '2.1.329' },
  config: defaults,
  wall_ms: 1_700_000_000_000,
  monotonic_ms: 0,
  seed: 7,
} as const;

function start(changes: Partial<JournalOptions> = {}) {
  const folder = temporaryFolder();
  const path = join(folder, 'journal.jsonl');
  const failures: string[] = [];
  const onFailure = (detail: string) => void failures.push(detail);
  const journal = openJournal({ path, header, checkpoint: () => ({}), onFailure, ...changes });
  return { folder, path, journal, failures };
}

const event = (at: number): JournalEntry => ({ at, event: { type: 'output', bytes: at, at } });
const effect = (at: number): JournalEntry => ({ at, effect: { type: 'probe' } });
const journalModule = built('modules/src/records/journal.js');
const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line): Record<string, unknown> => JSON.parse(line));
/** Those that are under way, and those that follow them. */
async function writesEnd(): Promise<void> {
  while (process.getActiveResourcesInfo().includes('FSReqCallback')) await new Promise(setImmediate);
}

test('a header, then every entry in its order, privately', () => {
  const { path, journal } = start();
  const entries = [event(1), { at: 1, verdict: { class: 'x' } }, effect(1), event(2)];
  for (const entry of entries) journal.record(entry);
  journal.close();
  journal.record(event(3));
  expect(lines(path)).toEqual([{ header, checkpoint: {} }, ...entries]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a command of the person's is not in it", () => {
  const config = { ...defaults, notify: { ...defaults.notify, on_incident: 'curl https://x/?key=secret' } };
  const { path, journal } = start({ header: { ...header, config } });
  journal.close();
  expect(readFileSync(path, 'utf8')).not.toContain('secret');
  expect(readFileSync(path, 'utf8')).toContain('"on_incident":"(set)"');
});

test('an effect is on disk at once, events within about a second', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { path, journal } = start();
  journal.record(event(1));
  expect(readFileSync(path, 'utf8')).not.toContain('"at":1');
  vi.advanceTimersByTime(1_000);
  await writesEnd();
  expect(lines(path)).toHaveLength(2);
  journal.record(event(2));
  journal.record(effect(2)); // no time passes
  await writesEnd();
  expect(lines(path)).toHaveLength(4);
  journal.close();
});

test.each([0, 1, 7])(
  'closing while a write is under way loses and repeats nothing (turn %i)',
  async (turns) => {
    const { path, journal } = start({ rotateBytes: 20_000, keep: 100 });
    const entries = Array.from({ length: 2_000 }, (_, index) =>
      index % 10 === 9 ? effect(index) : event(index),
    );
    for (const [index, entry] of entries.entries()) {
      journal.record(entry);
      if (index < turns * 100 && index % 100 === 0) await new Promise(setImmediate);
    }
    journal.close();
    await writesEnd();
    const files = readdirSync(join(path, '..')).sort((a, b) => order(b) - order(a));
    expect(files.length).toBeGreaterThan(3);
    const all = files.flatMap((file) => lines(join(path, '..', file)));
    expect(all.filter((line) => !('header' in line))).toEqual(entries);
  },
);

/** journal.jsonl is the newest, journal.9.jsonl is old. */
const order = (file: string) => Number(/\d+/.exec(file)?.[0] ?? 0);

test('a new file begins before an event, with the state of the core at that point', () => {
  let turn = 0;
  const { folder, path, journal } = start({ rotateBytes: 1, keep: 2, checkpoint: () => ({ turn }) });
  for (turn = 1; turn <= 4; turn++) {
    journal.record(event(turn));
    journal.record(effect(turn));
  }
  journal.close();
  expect(readdirSync(folder).sort()).toEqual(['journal.1.jsonl', 'journal.2.jsonl', 'journal.jsonl']);
  expect(lines(path)).toEqual([{ header, checkpoint: { turn: 4 } }, event(4), effect(4)]);
  expect(lines(join(folder, 'journal.2.jsonl'))[0]).toEqual({ header, checkpoint: { turn: 2 } });
});

test('the last entries survive process.exit', () => {
  const folder = temporaryFolder();
  const program = join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { openJournal } from ${JSON.stringify(journalModule)};
     const journal = openJournal({ path: ${JSON.stringify(join(folder, 'journal.jsonl'))}, header: { config: { notify: {} } }, checkpoint() {}, onFailure: console.error });
     for (let at = 0; at < 1000; at++) journal.record(at % 3 ? { at, event: {} } : { at, effect: {} });
     journal.close();
     process.exit(3);`,
  );
  expect(spawnSync(process.execPath, [program]).status).toBe(3);
  expect(
    lines(join(folder, 'journal.jsonl'))
      .slice(1)
      .map((line) => line.at),
  ).toEqual([...Array(1000).keys()]);
});

test('a journal that cannot be written is dropped and reported once', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'journal.3.jsonl')); // in the way of the rotation
  const { journal, failures } = start({ path: join(folder, 'journal.jsonl'), rotateBytes: 1 });
  for (let at = 0; at < 10; at++) {
    journal.record(event(at));
    journal.record(effect(at));
  }
  await vi.waitFor(() => expect(failures).toHaveLength(1), { timeout: 10_000 });
  journal.record(event(99));
  journal.close();
  expect(failures).toHaveLength(1);

  const none = start({ path: join(folder, 'none/journal.jsonl') });
  expect(none.failures).toEqual([expect.stringContaining('ENOENT')]);
  none.journal.record(effect(1));
  none.journal.close();
  expect(none.failures).toHaveLength(1);
});

test('a disk that becomes full in the middle drops the journal, reports it once, and nothing else', () => {
  const folder = temporaryFolder();
  const program = join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { openJournal } from ${JSON.stringify(journalModule)};
     const failures = [];
     const journal = openJournal({ path: process.argv[2], header: { config: { notify: {} } }, checkpoint() {}, onFailure: (detail) => failures.push(detail) });
     for (let at = 0; at < 1000; at++) {
       journal.record({ at, effect: { type: 'probe' } });
       if (at % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
     }
     journal.close();
     console.log(JSON.stringify(failures));`,
  );
  // A limit on the size of files stands in for the full disk: writes come back short, then fail.
  const script = `trap '' XFSZ; ulimit -f 4; exec "$0" "$@"`;
  const path = join(folder, 'journal.jsonl');
  const { stdout, status } = spawnSync('sh', ['-c', script, process.execPath, program, path], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toHaveLength(1);
  expect(readFileSync(path, 'utf8').length).toBeLessThanOrEqual(4096);
});
