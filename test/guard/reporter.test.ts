import { expect, test } from 'vitest';
import { runPaths } from '../../src/platform/paths.ts';
import { readIncidents } from '../../src/records/incidents.ts';
import { readStatus } from '../../src/records/status-reader.ts';
import { finished } from '../support/guarded.ts';
import { simulatedGuard } from '../support/simulated-guard.ts';

test('a guard that could not help is on record as such, even once it has gone', async () => {
  const guard = await simulatedGuard({
    GUARDED_CLAUDE_RESTART_LIMIT: '0',
    GUARDED_CLAUDE_MIN_UPTIME_MS: '0',
  });
  await guard.submit('hello');
  await guard.terminal.waitFor(finished);
  const run = guard.status()?.run ?? '';
  guard.trigger('die');
  expect(await guard.terminal.exited).toMatchObject({ code: 137 });
  expect(readIncidents(guard.state).at(-1)).toMatchObject({ outcome: 'gave_up' });
  expect(readStatus(runPaths(guard.state, run).status)).toMatchObject({ state: 'gave_up' });
});

test('a session that the person ends has ended', async () => {
  const guard = await simulatedGuard();
  const run = guard.status()?.run ?? '';
  await guard.leave();
  expect(readStatus(runPaths(guard.state, run).status)).toMatchObject({ state: 'ended' });
});
