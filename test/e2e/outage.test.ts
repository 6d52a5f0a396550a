/** The line is down for a while: the tunnel holds the agent's connection, and the agent never knows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { say } from '../../src/drill/api/scenario.ts';
import { finished, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

/** Longer than one attempt of the tunnel and than every shortened limit. */
const darkMs = 14_000;
const retryOnScreen = /attempt \d+\/\d+|Retrying|retrying/;

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('behind a line that is down', () => {
    test('waits, and goes on as if nothing had been', async () => {
      await onGuard(
        { version },
        async ({ api, terminal, submit, agentPid, closedIncident, until, status }) => {
          const pid = agentPid();
          await api.silence();
          await submit('please go on');
          await until('the guard holds', () => /connection lost, retrying/.test(status()?.message ?? ''));
          await sleep(darkMs);
          expect(terminal.text()).not.toMatch(retryOnScreen);
          await api.reopen();
          await terminal.waitFor(finished);
          const incident = await closedIncident();
          expect(incident).toMatchObject({ class: 'offline', outcome: 'recovered' });
          expect(incident.actions.map(({ action }) => action)).toEqual(['hold']);
          expect(agentPid()).toBe(pid);
          expect(api.turns()).toHaveLength(1);
        },
      );
    });

    test('that went down in mid-text is cut, held, and goes on', async () => {
      await onGuard({ version }, async ({ api, terminal, submit, agentPid, incidents, until }) => {
        const pid = agentPid();
        api.enqueue(say('a word\n'.repeat(400), 50));
        await submit('please go on');
        await terminal.waitFor('a word');
        await api.silence();
        await sleep(darkMs);
        await api.reopen();
        await terminal.waitFor(finished, 60_000);
        await until('incidents are closed', () =>
          incidents().every(({ outcome }) => outcome === 'recovered'),
        );
        expect(agentPid()).toBe(pid);
      });
    });
  });
});
