/** The nudge in the living process, without the tunnel: interrupt, prompt, Enter; and what of it touches a person. */
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { faults } from '../../src/drill/api/faults.ts';
import { finished, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const noTunnel = { GUARDED_CLAUDE_TUNNEL: 'off' };

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('nudged in place', () => {
    test('in mid-text: the same process goes on, told what happened', async () => {
      await onGuard(
        { version, settings: noTunnel },
        async ({ api, terminal, submit, agentPid, closedIncident }) => {
          const pid = agentPid();
          api.enqueue(faults['dead-mid-text'].scenario);
          await submit('please go on');
          await terminal.waitFor(finished, 40_000);
          const incident = await closedIncident();
          expect(incident).toMatchObject({ class: 'silent-screen', outcome: 'recovered' });
          expect(incident.actions.map(({ action }) => action)).toEqual(['nudge']);
          expect(agentPid()).toBe(pid);
          const last = api.turns().at(-1);
          expect(last && lastPrompt(last)).toContain('interrupted');
          expect(JSON.stringify(last?.body?.messages)).toContain('please go on');
        },
      );
    });

    test('before any output: the prompt that comes back into the box is what is sent', async () => {
      await onGuard(
        { version, settings: noTunnel },
        async ({ api, terminal, submit, agentPid, closedIncident }) => {
          const pid = agentPid();
          api.enqueue(faults['no-headers'].scenario);
          await submit('please go on');
          await terminal.waitFor(finished, 40_000);
          expect(await closedIncident()).toMatchObject({ class: 'silent-screen', outcome: 'recovered' });
          expect(agentPid()).toBe(pid);
          const last = api.turns().at(-1);
          expect(JSON.stringify(last?.body?.messages).split('please go on')).toHaveLength(2);
        },
      );
    });

    test('while the person has a draft in the box: the draft is not lost, and not sent with it', async () => {
      await onGuard({ version, settings: noTunnel }, async (guarded) => {
        const { api, terminal, submit, agentPid, until, incidents } = guarded;
        const pid = agentPid();
        api.enqueue(faults['dead-mid-text'].scenario);
        await submit('please go on');
        await api.waitForRequest(({ faultAt }) => faultAt !== null);
        terminal.write('my precious draft');
        await terminal.waitFor('my precious draft');
        await until('the guard has found it', () => incidents().length > 0);
        await until('it is over', () => incidents().every(({ outcome }) => outcome !== 'open'), 60_000);
        expect(agentPid()).toBe(pid);
        await terminal.waitFor(/❯\s+my precious draft/);
        expect(api.turns().some((turn) => lastPrompt(turn).includes('precious'))).toBe(false);
      });
    });
  });
});
