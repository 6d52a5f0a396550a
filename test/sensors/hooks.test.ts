import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { hookSensor } from '../../src/sensors/hooks.ts';
import { temporaryFolder } from '../support/folder.ts';

/** A payload is reported as the end of a session, with the payload's name as the reason. */
const read = (payload: unknown): readonly Observation[] => [
  { type: 'session.ended', reason: (payload as { name: string }).name },
];

/** @param before called with the spool before anything looks at it */
async function started(
  pollMs?: number,
  isOurs = (_name: string) => true,
  before = (_spoolDir: string): void => {},
) {
  const spoolDir = join(temporaryFolder(), 'spool');
  mkdirSync(spoolDir);
  before(spoolDir);
  const told: Observation[] = [];
  const payloads: unknown[] = [];
  const options = { spoolDir, isOurs, read, onPayload: (payload: unknown) => payloads.push(payload) };
  const sensor = hookSensor(pollMs === undefined ? options : { ...options, pollMs });
  await sensor.start((observation) => told.push(observation));
  onTestFinished(() => sensor.stop());
  const names = () => told.map((each) => (each.type === 'session.ended' ? each.reason : each.type));
  return { spoolDir, sensor, payloads, told, names };
}

function drop(spoolDir: string, name: string, text = JSON.stringify({ name, secret: 'x' })): void {
  writeFileSync(join(spoolDir, `${name}.part`), text);
  renameSync(join(spoolDir, `${name}.part`), join(spoolDir, `${name}.json`));
}

it('reports a payload, passes all of it on, and deletes the file', async () => {
  const { spoolDir, payloads, names } = await started();
  drop(spoolDir, 'one');
  await vi.waitFor(() => expect(names()).toEqual(['one']), 5_000);
  expect(payloads).toEqual([{ name: 'one', secret: 'x' }]);
  expect(readdirSync(spoolDir)).toEqual([]);
});

it('reads files that arrive together in the order of writing, not of names', async () => {
  const { spoolDir, sensor, names } = await started(60_000);
  for (const [index, name] of ['c', 'a', 'b'].entries()) {
    const path = join(spoolDir, `${name}.part`);
    writeFileSync(path, JSON.stringify({ name }));
    utimesSync(path, 1_000 + index, 1_000 + index);
  }
  for (const name of ['a', 'b', 'c'])
    renameSync(join(spoolDir, `${name}.part`), join(spoolDir, `${name}.json`));
  await sensor.stop();
  expect(names()).toEqual(['c', 'a', 'b']);
});

/** As if it had been written so long ago. @returns the moment of that, or a little earlier */
function dropOld(spoolDir: string, name: string, agoMs: number): number {
  const path = join(spoolDir, `${name}.part`);
  writeFileSync(path, JSON.stringify({ name }));
  const moment = performance.now() - agoMs;
  const at = (Date.now() - agoMs) / 1_000;
  utimesSync(path, at, at);
  renameSync(path, join(spoolDir, `${name}.json`));
  return moment;
}

it('tells when each was written, however late it is read', async () => {
  const beganAt = performance.now();
  // The sensor takes nothing for older than its process, which may have lived for a few hundred milliseconds.
  const [old, young] = [beganAt * 0.8, beganAt * 0.3];
  let moments: readonly number[] = [];
  const { sensor, told } = await started(60_000, undefined, (spoolDir) => {
    moments = [dropOld(spoolDir, 'one', old), dropOld(spoolDir, 'two', young)];
  });
  await sensor.catchUp();
  const tookMs = performance.now() - beganAt;
  const lateMs = told.map(({ writtenAt = 0 }, index) => writtenAt - (moments[index] ?? 0));
  expect(lateMs).toHaveLength(2);
  for (const each of lateMs) {
    expect(each).toBeGreaterThan(-20);
    expect(each).toBeLessThan(tookMs + 20);
  }
});

it('tells of none as written before the one that it tells of before it', async () => {
  const { spoolDir, sensor, told } = await started(60_000);
  for (let count = 0; count < 30; count++) dropOld(spoolDir, String(count), 900);
  await sensor.catchUp();
  const times = told.map(({ writtenAt = 0 }) => writtenAt);
  expect(times).toHaveLength(30);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
});

it('takes nothing for older than the look before, which found nothing, whatever the clocks say', async () => {
  const { spoolDir, sensor, told } = await started(60_000);
  const lookedAt = performance.now();
  await sensor.catchUp();
  dropOld(spoolDir, 'one', 3_600_000);
  await sensor.catchUp();
  expect(told[0]?.writtenAt).toBeGreaterThanOrEqual(lookedAt);
  expect(told[0]?.writtenAt).toBeLessThanOrEqual(performance.now());
});

it('reads what is left when it stops', async () => {
  const { spoolDir, sensor, names } = await started(60_000);
  drop(spoolDir, 'last');
  await sensor.stop();
  expect(names()).toEqual(['last']);
});

it('a payload that cannot be read does not keep the ones behind it from being read, not even at the end', async () => {
  const { spoolDir, sensor, names } = await started(60_000);
  for (const [index, text] of ['{', JSON.stringify({ name: 'last' })].entries()) {
    const path = join(spoolDir, `${index}.part`);
    writeFileSync(path, text);
    utimesSync(path, 1_000 + index, 1_000 + index);
    renameSync(path, join(spoolDir, `${index}.json`));
  }
  await sensor.stop();
  expect(names().toSorted()).toEqual(['last', 'sensor.failed']);
});

it('leaves no folder for hooks that run after it has stopped', async () => {
  const { spoolDir, sensor } = await started(60_000);
  await sensor.stop();
  expect(existsSync(spoolDir)).toBe(false);
});

it('leaves a file that is being written alone', async () => {
  const { spoolDir, sensor, names } = await started();
  writeFileSync(join(spoolDir, 'half.part'), '{"na');
  await sensor.catchUp();
  expect(names()).toEqual([]);
  expect(existsSync(join(spoolDir, 'half.part'))).toBe(true);
});

it('reports a payload that cannot be read, and goes on', async () => {
  const { spoolDir, names } = await started(50);
  drop(spoolDir, 'broken', '{');
  await vi.waitFor(() => expect(names()).toEqual(['sensor.failed']), 5_000);
  drop(spoolDir, 'next');
  await vi.waitFor(() => expect(names()).toEqual(['sensor.failed', 'next']), 5_000);
});

it('recreates the folder if somebody has removed it', async () => {
  const { spoolDir, names } = await started(50);
  rmSync(spoolDir, { recursive: true });
  await vi.waitFor(() => expect(existsSync(spoolDir)).toBe(true), 5_000);
  drop(spoolDir, 'again');
  await vi.waitFor(() => expect(names()).toContain('again'), 5_000);
});

it('deletes other processes’ files unread', async () => {
  const { spoolDir, sensor, payloads, names } = await started(60_000, (name) => name === 'ours.json');
  drop(spoolDir, 'theirs', 'no JSON');
  drop(spoolDir, 'ours');
  await sensor.catchUp();
  expect(names()).toEqual(['ours']);
  expect(payloads).toHaveLength(1);
  expect(readdirSync(spoolDir)).toEqual([]);
});

it('quotes nothing from a broken payload', async () => {
  const spoolDir = join(temporaryFolder(), 'spool');
  const told: Observation[] = [];
  const sensor = hookSensor({ spoolDir, isOurs: () => true, read });
  await sensor.start((observation) => told.push(observation));
  onTestFinished(() => sensor.stop());
  drop(spoolDir, 'broken', 'a secret');
  await sensor.catchUp();
  expect(told).toMatchObject([{ type: 'sensor.failed' }]);
  expect(JSON.stringify(told)).not.toContain('secret');
});
