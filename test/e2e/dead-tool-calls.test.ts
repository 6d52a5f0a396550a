/**
 * Streams that die inside or right after a tool call: what has run must not run twice, what has not must not be lost.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faults } from '../../src/drill/api/faults.ts';
import type { Scenario } from '../../src/drill/api/scenario.ts';
import { finished, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

/** A complete tool call that leaves a trace each time it runs, in a stream that then dies. */
const deadAfterTool: Scenario = [
  { do: 'start' },
  { do: 'text', text: 'I will run a command. ' },
  { do: 'tool', name: 'Bash', input: { command: 'echo ran >> trace.txt', description: 'Leave a trace' } },
  { do: 'hang' },
];

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('with a stream that dies', () => {
    test('inside a tool call', async () => {
      await onGuard({ version }, async ({ api, terminal, submit, agentPid, incidents, until }) => {
        const pid = agentPid();
        api.enqueue(faults['dead-mid-tool-input'].scenario);
        await submit('please go on');
        await terminal.waitFor(finished, 40_000);
        await until('incidents are closed', () =>
          incidents().every(({ outcome }) => outcome === 'recovered'),
        );
        expect(incidents()[0]).toMatchObject({ class: 'dead-stream' });
        expect(agentPid()).toBe(pid);
      });
    });

    test('after a complete tool call', async () => {
      await onGuard({ version }, async ({ api, sandbox, terminal, submit, agentPid, incidents, until }) => {
        const pid = agentPid();
        api.enqueue(deadAfterTool);
        await submit('please go on');
        await terminal.waitFor(finished, 40_000);
        await until('incidents are closed', () =>
          incidents().every(({ outcome }) => outcome === 'recovered'),
        );
        expect(incidents()[0]).toMatchObject({ class: 'dead-stream' });
        expect(agentPid()).toBe(pid);
        expect(readFileSync(join(sandbox.project, 'trace.txt'), 'utf8')).toBe('ran\n');
      });
    });
  });
});
