/**
 * Faults that nobody tells the agent of: the connection is cut in place, and the agent's own retry finishes the turn.
 */
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { type FaultName, faults } from '../../src/drill/api/faults.ts';
import { finished, onGuard, patience } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

/**
 * From the last sign of life to the end of the turn; most of it is for a loaded machine, docs/recovery-times.md has the
 * figures.
 */
const recoveryMs = Number(patience.GUARDED_CLAUDE_STREAM_TIMEOUT_MS) + 15_000;

const silent: Readonly<Partial<Record<FaultName, string>>> = {
  'no-headers': 'no-first-byte',
  'headers-only': 'dead-stream',
  'start-only': 'dead-stream',
  'dead-mid-text': 'dead-stream',
  'dead-mid-thinking': 'dead-stream',
  'no-message-stop': 'dead-stream',
};

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('in silence', () => {
    test.each(Object.entries(silent) as [FaultName, string][])('%s', async (fault, expected) => {
      await onGuard({ version }, async (guarded) => {
        const { api, terminal, submit, agentPid, closedIncident } = guarded;
        const pid = agentPid();
        api.enqueue(faults[fault].scenario);
        await submit('please go on');
        const { faultAt } = await api.waitForRequest((request) => request.faultAt !== null);
        await terminal.waitFor(finished);
        expect(Date.now() - (faultAt ?? 0)).toBeLessThan(recoveryMs);

        const incident = await closedIncident();
        expect(incident).toMatchObject({ class: expected, outcome: 'recovered' });
        expect(incident.actions.map(({ action }) => action)).toEqual(['cut']);
        expect(agentPid()).toBe(pid);
        for (const turn of api.turns()) expect(lastPrompt(turn)).toContain('please go on');
      });
    });
  });
});
