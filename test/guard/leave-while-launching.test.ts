/** Between two agents, while the program of the next one is being replaced: keys reach nobody, and Ctrl+C is heard. */
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { installSimulatedAgent } from '../../src/drill/agent/install.ts';
import { temporaryFolder } from '../support/folder.ts';
import { finished } from '../support/guarded.ts';
import { simulatedGuard } from '../support/simulated-guard.ts';

test('Ctrl+C leaves, and no other agent is started', async () => {
  const folder = temporaryFolder();
  const command = installSimulatedAgent(folder);
  const guard = await simulatedGuard({ GUARDED_CLAUDE_COMMAND: command });
  await guard.submit('please go on');
  await guard.terminal.waitFor(finished);
  await guard.until('the turn is over', () => guard.status()?.state === 'idle');
  copyFileSync(command, join(folder, 'next'));
  rmSync(command);
  guard.trigger('die');
  await guard.terminal.waitFor('Resuming');
  const gone = guard.status()?.agent_pid;
  guard.terminal.write('\x03');
  await guard.terminal.waitFor('you chose not to wait');
  renameSync(join(folder, 'next'), command); // it could be started now
  await Promise.race([guard.terminal.exited, sleep(30_000, null, { ref: false })]);
  expect(guard.status()?.agent_pid ?? gone).toBe(gone);
  expect(guard.terminal.text().replace(/\s+/g, ' ')).toContain('--resume');
});
