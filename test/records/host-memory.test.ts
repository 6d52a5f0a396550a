import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openHostMemory } from '../../src/records/host-memory.ts';
import { temporaryFolder } from '../support/folder.ts';
import { built } from '../support/places.ts';

const week = 7 * 24 * 3_600_000;
const fail = (detail: string) => expect.unreachable(detail);

/** Memory of one host on a clock of the test's own. */
function memory(folder = temporaryFolder(), host = 'api.example') {
  const clock = { now: 1_000_000_000_000 };
  return { folder, clock, ...openHostMemory(folder, host, fail, () => clock.now) };
}

test('what one run has learnt the next one knows', () => {
  const first = memory();
  expect(first.recall()).toEqual({ firstByteMs: 0, streamMs: 0 });
  first.remember({ firstByteMs: 90_000, streamMs: 0 });
  expect(memory(first.folder).recall()).toEqual({ firstByteMs: 90_000, streamMs: 0 });
  expect(memory(first.folder, 'another.example').recall()).toEqual({ firstByteMs: 0, streamMs: 0 });
});

test('that a host pings is not forgotten after some days', () => {
  const first = memory();
  first.remember({ firstByteMs: 0, streamMs: 0, pings: true });
  first.remember({ firstByteMs: 2_000, streamMs: 0 });
  first.clock.now += 20 * week;
  expect(first.recall().pings).toBe(true);
});

test('a bad day is forgotten by itself: half of it after a week, whatever runs in between', () => {
  const { remember, recall, clock } = memory();
  remember({ firstByteMs: 600_000, streamMs: 0 });
  for (let day = 0; day < 7; day++) {
    clock.now += week / 7;
    remember({ firstByteMs: 2_000, streamMs: 3_000 });
  }
  expect(recall().firstByteMs).toBeCloseTo(300_000, -2);
  clock.now += 7 * week;
  expect(recall().firstByteMs).toBeLessThan(2_500);
});

test('a clock that was set back makes no lesson stronger', () => {
  const { remember, recall, clock } = memory();
  remember({ firstByteMs: 100_000, streamMs: 0 });
  clock.now -= 10 * week;
  expect(recall().firstByteMs).toBe(100_000);
});

test('a guard that has learnt less does not take away what another has learnt meanwhile', () => {
  const one = memory();
  const other = memory(one.folder);
  one.remember({ firstByteMs: 90_000, streamMs: 1_000 });
  other.remember({ firstByteMs: 4_000, streamMs: 50_000 });
  expect(one.recall()).toEqual({ firstByteMs: 90_000, streamMs: 50_000 });
});

test('property: the file stays small, and the most recent hosts are in it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 120 }), (numbers) => {
      const folder = temporaryFolder();
      for (const number of numbers)
        memory(folder, `host${number}`).remember({ firstByteMs: 5_000, streamMs: 0 });
      const latest = [...new Set(numbers.map((number) => `host${number}`).reverse())].slice(0, 50);
      const kept = Object.keys(JSON.parse(readFileSync(join(folder, 'hosts.json'), 'utf8')));
      expect(kept.sort()).toEqual(latest.sort());
    }),
    { numRuns: 5 },
  );
});

test.each([
  ['torn', '{"api.example":{"first_by'],
  ['of another kind', '[1, null, "x"]'],
  [
    'with a figure that nobody can have learnt',
    '{"api.example":{"first_byte_ms":1e12,"stream_ms":0,"at_ms":1}}',
  ],
  ['with an entry of another shape', '{"api.example":null,"b":{"first_byte_ms":"1"}}'],
])('a file that is %s is learnt anew', (_name, text) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'hosts.json'), text);
  const { remember, recall } = memory(folder);
  expect(recall()).toEqual({ firstByteMs: 0, streamMs: 0 });
  remember({ firstByteMs: 5_000, streamMs: 0 });
  expect(recall().firstByteMs).toBe(5_000);
});

test('a folder that cannot be written is reported, and nothing else happens', () => {
  const said: string[] = [];
  openHostMemory('/dev/null/none', 'h', (detail) => said.push(detail)).remember({
    firstByteMs: 5_000,
    streamMs: 0,
  });
  expect(said).toHaveLength(1);
});

test('guards that write at the same time lose no host', async () => {
  const folder = temporaryFolder();
  const module = built('modules/src/records/host-memory.js');
  const program = join(folder, 'guard.mjs');
  writeFileSync(
    program,
    `import { openHostMemory } from ${JSON.stringify(module)};
     const names = Array.from({ length: 10 }, (_, index) => process.argv[2] + index);
     const failed = (detail) => { throw new Error(detail); };
     const memories = names.map((name) => openHostMemory(${JSON.stringify(folder)}, name, failed));
     for (const memory of memories) memory.remember({ firstByteMs: 5000, streamMs: 0 });
     const timer = setInterval(() => {
       if (memories.every((memory) => memory.recall().firstByteMs > 0)) clearInterval(timer);
     }, 10);`,
  );
  const guards = ['a', 'b', 'c'].map((name) =>
    spawn(process.execPath, [program, name], { stdio: 'inherit' }),
  );
  onTestFinished(() => guards.forEach((guard) => void guard.kill('SIGKILL')));
  const codes = await Promise.all(guards.map(async (guard) => (await once(guard, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0]);
  expect(Object.keys(JSON.parse(readFileSync(join(folder, 'hosts.json'), 'utf8')))).toHaveLength(30);
  expect(existsSync(join(folder, 'hosts.json.lock'))).toBe(false);
});
