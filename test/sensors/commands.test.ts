import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { createRun } from '../../src/platform/paths.ts';
import { commandSensor, sendCommand } from '../../src/sensors/commands.ts';
import { temporaryFolder } from '../support/folder.ts';

test('commands reach the guard once and in order; stale and foreign files are dropped', async () => {
  const run = createRun({ XDG_STATE_HOME: temporaryFolder() });
  const seen: Observation[] = [];
  sendCommand(run, 'nudge'); // before the guard looks: it has just started
  const folder = join(run.folder, 'commands');
  const old = join(folder, '000000000000001-x.command');
  writeFileSync(old, 'relaunch');
  utimesSync(old, new Date(0), new Date(0));
  writeFileSync(join(folder, '000000000000002-x.command'), 'rm -rf');
  const sensor = commandSensor(run);
  await sensor.start((observation) => void seen.push(observation));
  expect(seen).toEqual([{ type: 'command', command: 'nudge' }]);
  sendCommand(run, 'pause');
  await vi.waitFor(() => expect(seen).toHaveLength(2), { timeout: 10_000 });
  sendCommand(run, 'continue');
  await vi.waitFor(
    () => expect(seen.slice(1).map((o) => o.type === 'command' && o.command)).toEqual(['pause', 'continue']),
    {
      timeout: 10_000,
    },
  );
  expect(readdirSync(folder)).toEqual([]);
  await sensor.stop();
});
