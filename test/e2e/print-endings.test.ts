/** Print mode with the real agent, at the vendor's own address: how a run ends when the agent or its guard does. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { call, say } from '../../src/drill/api/scenario.ts';
import { isAlive, startTimeOf } from '../../src/platform/process-identity.ts';
import { onPipes } from '../support/printed.ts';
import { missing } from '../support/real-agent.ts';
import { until } from '../support/until.ts';

describe.each(['2.1.329', '2.1.197', '2.1.38'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('in print mode', () => {
    test('goes with a guard that is killed, and the tool that it runs too', async () => {
      await onPipes(version, async ({ api, sandbox, guarded, agentInTurn }) => {
        const file = join(sandbox.root, 'tool');
        api.enqueue(
          call('Bash', { command: `echo $$ >${file}; sleep 60`, description: 'Wait' }),
          say('Late.'),
        );
        const { child } = guarded(['-p', 'hello']);
        const pids = [await agentInTurn()];
        await until('the tool runs', () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
        pids.push(Number(readFileSync(file, 'utf8')));
        const processes = pids.map((pid) => ({ pid, startTime: startTimeOf(pid) ?? '' }));
        for (const each of processes)
          onTestFinished(() => void (isAlive(each) && process.kill(each.pid, 'SIGKILL')));
        child.kill('SIGKILL');
        await until('both are gone', () => !processes.some(isAlive), 10_000);
        expect(api.turns()).toHaveLength(1);
      });
    });
  });
});
