/**
 * With every cure in place off and every sense off but the terminal, a freeze is found and cured by kill and resume.
 */
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { faults } from '../../src/drill/api/faults.ts';
import { finished, onGuard, ptyOnly } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const switches: readonly [string, Readonly<Record<string, string>>][] = [
  ['the transcript', ptyOnly],
  ['nothing else', { ...ptyOnly, GUARDED_CLAUDE_TRANSCRIPT: 'off' }],
];

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('seen by its terminal alone', () => {
    test.each(switches)('and by %s: a stream dead in mid-text', async (_, settings) => {
      await onGuard({ version, settings }, async (guarded) => {
        const { api, terminal, submit, agentPid, closedIncident, status, until } = guarded;
        await submit('first, say something');
        await terminal.waitFor(finished);
        // What is sent before that counts as queued, and comes back into the box.
        await until('the first turn is over', () => status()?.state === 'idle');
        const session = status()?.session_id;
        const pid = agentPid();
        api.enqueue(faults['dead-mid-text'].scenario);
        await submit('please go on');
        const told = () => api.turns().some((turn) => lastPrompt(turn).includes('interrupted'));
        await until('a resumed agent asks', told, 60_000);

        const incident = await closedIncident();
        expect(incident).toMatchObject({ class: 'silent-screen', outcome: 'recovered' });
        expect(incident.actions.map(({ action }) => action)).toEqual(['relaunch']);
        expect(agentPid()).not.toBe(pid);
        expect(status()?.session_id).toBe(session);
        const history = JSON.stringify(api.turns().at(-1)?.body?.messages);
        expect(history).toContain('first, say something');
        expect(history).toContain('please go on');
      });
    });
  });
});
