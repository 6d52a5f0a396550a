/**
 * What goes on beside a turn, and is not what the turn waits for; and long work that is none of a freeze's signs. Half
 * a minute and more each: played where there is time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type ApiRequest, lastPrompt } from '../../src/drill/api/api.ts';
import { faults } from '../../src/drill/api/faults.ts';
import { call, type Scenario, say } from '../../src/drill/api/scenario.ts';
import { isAlive } from '../../src/platform/process-identity.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import type { IncidentRecord } from '../../src/records/incidents.ts';
import { finished, onGuard } from '../support/guarded.ts';
import { missing, type RealVersion } from '../support/real-agent.ts';

const nightly = process.env.NIGHTLY !== undefined;
const limitMs = 4_000;
const limits = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: String(limitMs),
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '8000',
  GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: '5000',
};

const firstPrompt = ({ body }: ApiRequest) =>
  JSON.stringify((body?.messages as readonly unknown[] | undefined)?.[0] ?? '');
const foundAfterMs = ({ began_at, detected_at }: IncidentRecord) =>
  Date.parse(detected_at) - Date.parse(began_at);
/** Each gets the next of these, then a healthy answer. */
const inTurn = (scenarios: readonly Scenario[]) => {
  const left = [...scenarios];
  return () => left.shift() ?? say(finished);
};
const can = (version: RealVersion) => nightly && !missing(version);

describe('a dead stream is found at its limit', () => {
  test.skipIf(!can('2.1.263'))('beside an agent that a hook has started, whose answer drips', async () => {
    const command =
      'test -n "$SIDE_OF" || { SIDE_OF="$CLAUDE_CONFIG_DIR" "$GUARDED_CLAUDE_COMMAND" -p "a side question" >/dev/null 2>&1 & } </dev/null; true';
    const hooks = { UserPromptSubmit: [{ hooks: [{ type: 'command', command }] }] };
    await onGuard(
      { version: '2.1.263', sandbox: { settings: { hooks } }, settings: limits },
      async (guarded) => {
        const { api, terminal, submit, agentPid, closedIncident, until } = guarded;
        const pid = agentPid();
        const isSide = (request: ApiRequest) => firstPrompt(request).includes('a side question');
        const main = inTurn([
          [
            { do: 'start' },
            { do: 'text', text: 'on and ', everyMs: 200, open: true, until: () => api.turns().some(isSide) },
            { do: 'hang' },
          ],
        ]);
        let isOver = false;
        const drip: Scenario = [
          { do: 'start' },
          { do: 'text', text: 'word ', everyMs: 500, until: () => isOver },
          { do: 'delta', reason: 'end_turn' },
          { do: 'stop' },
        ];
        api.respond((request) => (isSide(request) ? drip : main()));
        await submit('please go on');
        await until('the other agent asks', () => api.turns().some(isSide));
        await terminal.waitFor(finished, 40_000);
        const incident = await closedIncident();
        expect(incident).toMatchObject({ class: 'dead-stream', outcome: 'recovered' });
        expect(foundAfterMs(incident)).toBeLessThan(limitMs + 3_000);
        expect(agentPid()).toBe(pid);
        isOver = true;
        const isThere = () => processesMarkedBy('SIDE_OF', guarded.sandbox.configDir).some(isAlive);
        await until('the other agent has ended', () => !isThere(), 40_000);
      },
    );
  });

  test.skipIf(!can('2.1.329'))('while a subagent in the background runs a long tool', async () => {
    await onGuard({ version: '2.1.329', settings: limits }, async (guarded) => {
      const { api, terminal, submit, agentPid, closedIncident, until } = guarded;
      const pid = agentPid();
      const input = {
        description: 'wait a while',
        prompt: 'the words of the subagent',
        subagent_type: 'general-purpose',
        run_in_background: true,
      };
      const isSub = (request: ApiRequest) => firstPrompt(request).includes(input.prompt);
      let runs = false;
      const sub = inTurn([call('Bash', { command: 'sleep 40', description: 'wait', timeout: 60_000 })]);
      const main = inTurn([
        call('Agent', input),
        [
          { do: 'start' },
          { do: 'text', text: 'on and ', everyMs: 200, open: true, until: () => runs },
          { do: 'hang' },
        ],
      ]);
      api.respond((request) => {
        if (!isSub(request)) return main();
        setTimeout(() => {
          runs = true;
        }, 2_000);
        return sub();
      });
      await submit('please go on');
      await until('the subagent asks', () => api.turns().some(isSub));
      await terminal.waitFor(finished, 40_000);
      const incident = await closedIncident();
      expect(incident).toMatchObject({ class: 'dead-stream', outcome: 'recovered' });
      expect(foundAfterMs(incident)).toBeLessThan(limitMs + 3_000);
      expect(agentPid()).toBe(pid);
    });
  });
});

describe('left alone', () => {
  test.skipIf(!can('2.1.329'))('a compaction whose summary is still coming at its limit', async () => {
    const settings = { ...limits, GUARDED_CLAUDE_COMPACTION_TIMEOUT_MS: '6000' };
    await onGuard({ version: '2.1.329', settings }, async ({ api, terminal, submit, incidents }) => {
      for (const word of ['first', 'second', 'third']) {
        api.enqueue(say(`The ${word} answer.`));
        await submit(`${word} question`);
        await terminal.waitFor(`The ${word} answer.`);
      }
      const compacts = (request: ApiRequest) =>
        /summary/i.test(lastPrompt(request)) && lastPrompt(request).length > 1_000;
      const slow = say(`<summary>${'They talked about sums. '.repeat(6)}</summary>`, 500);
      api.respond((request) => (compacts(request) ? slow : say(finished)));
      await submit('/compact');
      await terminal.waitFor(/[Cc]ompacted/, 40_000);
      expect(incidents()).toEqual([]);
      expect(api.turns().filter(compacts)).toHaveLength(1);
    });
  });

  test.skipIf(!can('2.1.263'))(
    'a gateway that never pings, silent for longer than a host that does',
    async () => {
      const defaults = { GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '', GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '' };
      const options = { version: '2.1.263', firstParty: false, settings: defaults } as const;
      await onGuard(options, async ({ api, terminal, submit, incidents }) => {
        const silence: Scenario = [
          ...faults['dead-mid-text'].scenario.slice(0, 2),
          { do: 'wait', ms: 45_000 },
          { do: 'text', text: finished },
          { do: 'delta', reason: 'end_turn' },
          { do: 'stop' },
        ];
        api.enqueue(silence);
        await submit('please go on');
        await terminal.waitFor(finished, 70_000);
        expect(incidents()).toEqual([]);
        expect(api.turns()).toHaveLength(1);
      });
    },
  );
});

test.skipIf(!can('2.1.126'))(
  'the person’s proxy is gone for a while in mid-turn: held, and none of the agent’s retries is spent',
  async () => {
    await onGuard({ version: '2.1.126', firstParty: true, settings: limits }, async (guarded) => {
      const { api, standIn, terminal, submit, agentPid, until, incidents, status } = guarded;
      const pid = agentPid();
      api.enqueue([
        { do: 'start' },
        { do: 'text', text: 'on and on '.repeat(100), everyMs: 200, open: true },
      ]);
      await submit('please go on');
      await until('it is answered', () => status()?.state === 'working' && api.turns().length > 0);
      await sleep(3_000);
      await standIn?.goAway();
      await until('the loss is told', () => /connection lost, retrying/.test(status()?.message ?? ''));
      await sleep(20_000);
      expect(terminal.text()).not.toMatch(/attempt \d+\/\d+/);
      await standIn?.comeBack();
      await terminal.waitFor(finished, 40_000);
      await until('incidents are closed', () => incidents().every(({ outcome }) => outcome === 'recovered'));
      expect(api.turns()).toHaveLength(2);
      expect(agentPid()).toBe(pid);
    });
  },
  120_000,
);
