/** Faults that the agent hears of: its own ladder first; the guard takes up the turn that ended without an answer. */
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { type FaultName, faults } from '../../src/drill/api/faults.ts';
import type { Scenario } from '../../src/drill/api/scenario.ts';
import { finished, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

/** The agent's own retries bring the turn to its end; the guard may look on but needs no hand. */
const curedByTheAgent = [
  'reset-at-once',
  'reset-mid-text',
  'close-after-start',
  'close-mid-text',
  'error-500',
  'error-529',
  'sse-error-first',
  'sse-error-mid-text',
  'close-after-tool',
] as const satisfies readonly FaultName[];

/** Closed inside a tool call when text has been shown: both versions end the turn. */
const endsTheTurn: Scenario = [
  { do: 'start' },
  { do: 'text', text: 'I will run a command. ', everyMs: 100 },
  { do: 'tool', name: 'Bash', input: { command: 'echo never' }, part: 0.5 },
  { do: 'wait', ms: 800 },
  { do: 'close' },
];

const retryOnScreen = /attempt \d+\/\d+|Retrying|retrying/;

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('with a loud fault', () => {
    test.each(curedByTheAgent)('%s is left to the agent', async (fault) => {
      await onGuard({ version }, async ({ api, terminal, submit, agentPid, incidents }) => {
        const pid = agentPid();
        api.enqueue(faults[fault].scenario);
        await submit('please go on');
        await terminal.waitFor(finished, 40_000);
        expect(agentPid()).toBe(pid);
        const acted = incidents().flatMap(({ actions }) => actions.filter(({ action }) => action !== 'hold'));
        expect(acted).toEqual([]);
      });
    });

    test('a turn that ends with a connection error is taken up by a nudge', async () => {
      await onGuard({ version }, async ({ api, terminal, submit, agentPid, closedIncident }) => {
        const pid = agentPid();
        api.enqueue(endsTheTurn);
        await submit('please go on');
        await terminal.waitFor(finished, 40_000);
        const incident = await closedIncident();
        expect(['failed-turn', 'silent-end']).toContain(incident.class);
        expect(incident).toMatchObject({ outcome: 'recovered' });
        expect(incident.actions.map(({ action }) => action)).toEqual(['nudge']);
        expect(agentPid()).toBe(pid);
        const last = api.turns().at(-1);
        expect(last && lastPrompt(last)).toContain('interrupted');
        expect(JSON.stringify(last?.body?.messages)).toContain('please go on');
      });
    });

    test.runIf(process.env.NIGHTLY)(
      'a turn that ends with 529 is taken up a minute later',
      async () => {
        await onGuard({ version }, async ({ api, terminal, submit, agentPid, closedIncident }) => {
          const pid = agentPid();
          const { scenario } = faults['error-529'];
          api.enqueue(scenario, scenario, scenario); // the agent tries three times
          await submit('please go on');
          await terminal.waitFor('Repeated 529 Overloaded errors', 30_000);
          await terminal.waitFor(finished, 100_000);
          expect(await closedIncident()).toMatchObject({ class: 'failed-turn', outcome: 'recovered' });
          expect(agentPid()).toBe(pid);
        });
      },
      150_000,
    );

    test('connections refused for a while are held, and the agent hears nothing of it', async () => {
      await onGuard({ version, settings: { GUARDED_CLAUDE_MAX_RETRIES: '20' } }, async (guarded) => {
        const { api, terminal, submit, agentPid, closedIncident, until, status } = guarded;
        const pid = agentPid();
        await api.refuse();
        await submit('please go on');
        await until('the guard says so', () => /retrying \(attempt \d+\/20\)/.test(status()?.message ?? ''));
        await until('several attempts', () => /attempt [3-9]/.test(status()?.message ?? ''));
        // Its title is for a turn that waits; connections may be held before there is one.
        await until('the title says so', () => terminal.title().includes('connection lost, retrying'));
        expect(terminal.text()).not.toMatch(retryOnScreen);
        await api.reopen();
        await terminal.waitFor(finished);
        expect(await closedIncident()).toMatchObject({ class: 'refused', outcome: 'recovered' });
        expect(agentPid()).toBe(pid);
        expect(api.turns()).toHaveLength(1);
      });
    });
  });
});
