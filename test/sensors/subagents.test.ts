import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { subagentSensor } from '../../src/sensors/subagents.ts';
import { temporaryFolder } from '../support/folder.ts';

function started() {
  const folder = temporaryFolder();
  const files: string[] = [];
  const told: string[] = [];
  const known: string[] = [];
  const read = (record: unknown): readonly Observation[] => {
    const toolUseId = String(record);
    known.push(toolUseId);
    return [{ type: 'interrupted' }, { type: 'tool.finished', toolUseId, ok: false, recorded: true }];
  };
  const sensor = subagentSensor({ read, files: async () => files, pollMs: 20 });
  sensor.start((each) => {
    told.push(each.type === 'tool.finished' ? each.toolUseId : each.type);
    sensor.awaits([]);
  });
  onTestFinished(() => sensor.stop());
  const file = (name: string, ...calls: readonly string[]) => {
    const path = join(folder, name);
    writeFileSync(path, calls.map((id) => `"${id}"\n`).join(''));
    files.push(path);
    return path;
  };
  const comes = (...expected: readonly string[]) =>
    vi.waitFor(() => expect(told).toEqual(expected), { timeout: 5_000, interval: 20 });
  return { sensor, file, comes, known };
}

it('reports the results of open calls, and nothing else', async () => {
  const { sensor, file, comes } = started();
  file('a', 'one', 'two', 'three');
  sensor.awaits(['two']);
  await comes('two');
});

it('finds a result in a file that appears later, and in one that grows', async () => {
  const { sensor, file, comes } = started();
  sensor.awaits(['two']);
  const path = file('a', 'one');
  appendFileSync(path, '"two"\n');
  await comes('two');
});

it('knows a result that was read before the call was known to be open', async () => {
  const { sensor, file, comes, known } = started();
  const path = file('a', 'early');
  sensor.awaits(['other']);
  appendFileSync(path, '"later"\n');
  await vi.waitFor(() => expect(known).toContain('later'));
  sensor.awaits(['other', 'early']);
  await comes('early');
});

it('leaves files alone that have not changed since a call is open', async () => {
  const { sensor, file, comes } = started();
  const old = new Date(Date.now() - 60_000);
  utimesSync(file('a', 'one'), old, old);
  file('b', 'two');
  sensor.awaits(['one', 'two']);
  await comes('two');
});

it('reads a file on from where it was when calls are open again', async () => {
  const { sensor, file, comes, known } = started();
  const path = file('a', 'one', 'two');
  sensor.awaits(['two']);
  await comes('two');
  appendFileSync(path, '"three"\n');
  sensor.awaits(['three']);
  await comes('two', 'three');
  expect(known).toEqual(['one', 'two', 'three']);
});
