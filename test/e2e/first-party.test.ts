/** The vendor's own base URL, behind the person's HTTPS_PROXY and a private authority: the tunnel chains, blindly. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { faults } from '../../src/drill/api/faults.ts';
import { finished, onGuard, patience } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const recoveryMs = Number(patience.GUARDED_CLAUDE_STREAM_TIMEOUT_MS) + 15_000;
const darkMs = 10_000;

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('speaks to the vendor through a proxy', () => {
    test.each(['dead-mid-text', 'no-headers'] as const)('%s', async (fault) => {
      await onGuard({ version, firstParty: true }, async (guarded) => {
        const { api, standIn, terminal, submit, agentPid, closedIncident } = guarded;
        const pid = agentPid();
        api.enqueue(faults[fault].scenario);
        await submit('please go on');
        const { faultAt } = await api.waitForRequest((request) => request.faultAt !== null);
        await terminal.waitFor(finished);
        expect(Date.now() - (faultAt ?? 0)).toBeLessThan(recoveryMs);
        const incident = await closedIncident();
        expect(incident).toMatchObject({ outcome: 'recovered' });
        expect(incident.actions.map(({ action }) => action)).toEqual(['cut']);
        expect(agentPid()).toBe(pid);
        expect(standIn?.connects).toContain('api.anthropic.com:443');
      });
    });

    test('whose line is down for a while', async () => {
      await onGuard({ version, firstParty: true }, async (guarded) => {
        const { api, standIn, terminal, submit, agentPid, until, status, incidents } = guarded;
        const pid = agentPid();
        standIn?.hold(true);
        api.dropConnections();
        await submit('please go on');
        await until('the guard holds', () => /connection lost, retrying/.test(status()?.message ?? ''));
        await sleep(darkMs);
        expect(terminal.text()).not.toMatch(/attempt \d+\/\d+|Retrying|retrying/);
        standIn?.hold(false);
        await terminal.waitFor(finished);
        await until('incidents are closed', () =>
          incidents().every(({ outcome }) => outcome === 'recovered'),
        );
        expect(agentPid()).toBe(pid);
        expect(api.turns()).toHaveLength(1);
      });
    });
  });
});
