/** The API refuses the conversation itself: noticed, repaired, taken up once; refused again, the person is asked. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type ApiRequest, lastPrompt } from '../../src/drill/api/api.ts';
import { faults } from '../../src/drill/api/faults.ts';
import { refuse, type Scenario, say } from '../../src/drill/api/scenario.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const pairing = faults['error-400-pairing'].scenario;
/** Words of the API, as reported. */
const thinkingRefusals = [
  '`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified.',
  'Invalid `signature` in `thinking` block',
];

const isTold = (request: ApiRequest) => lastPrompt(request).includes('interrupted');
const thinks = (request: ApiRequest) =>
  /"type":"(redacted_)?thinking"/.test(JSON.stringify(request.body?.messages));
const thoughtful: Scenario = [
  { do: 'start' },
  { do: 'thinking', text: 'A short thought.' },
  { do: 'text', text: 'The sum is forty-two.' },
  { do: 'delta', reason: 'end_turn' },
  { do: 'stop' },
];

const nightly = process.env.NIGHTLY !== undefined;

/** A thoughtful answer, and from then on a refusal of every conversation with thinking in it. */
async function refuseThinking({ api, terminal, submit }: Guarded, words: string): Promise<void> {
  api.enqueue(thoughtful);
  await submit('what is the sum');
  await terminal.waitFor('The sum is forty-two.');
  const refused = refuse(400, 'invalid_request_error', `messages.1.content.0: ${words}`);
  api.respond((request) => (thinks(request) ? refused : say(finished)));
  await submit('please go on');
}

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s, refused for', (version) => {
  test.skipIf(!nightly || missing(version))('a tool call without its result', async () => {
    await onGuard({ version }, async (guarded) => {
      const { api, terminal, submit, agentPid, closedIncident } = guarded;
      const pid = agentPid();
      api.enqueue(thoughtful);
      await submit('what is the sum');
      await terminal.waitFor('The sum is forty-two.');
      api.respond((request) => (isTold(request) ? say(finished) : pairing));
      await submit('please go on');
      await terminal.waitFor(finished, 60_000);
      const incident = await closedIncident();
      expect(incident).toMatchObject({ class: 'broken-history', outcome: 'recovered' });
      expect(incident.actions.map(({ action }) => action)).toEqual(['relaunch']);
      expect(agentPid()).not.toBe(pid);
      expect(JSON.stringify(api.turns().at(-1)?.body?.messages)).toContain('The sum is forty-two.');
    });
  });

  test.skipIf(!nightly || missing(version)).each(thinkingRefusals)(
    'its thinking: it leaves that out by itself (%s)',
    async (words) => {
      await onGuard({ version }, async (guarded) => {
        const { terminal, agentPid, incidents } = guarded;
        const pid = agentPid();
        await refuseThinking(guarded, words);
        await terminal.waitFor(finished);
        await sleep(3_000);
        expect(incidents()).toEqual([]);
        expect(agentPid()).toBe(pid);
      });
    },
  );

  test.skipIf(!nightly || missing(version))('good: the second time the person is asked', async () => {
    await onGuard({ version }, async ({ api, submit, until, incidents, agentPid }) => {
      const pid = agentPid();
      api.enqueue(say('The sum is forty-two.'));
      await submit('what is the sum');
      api.respond(() => pairing);
      await submit('please go on');
      const asked = () => incidents().some(({ actions }) => actions.at(-1)?.action === 'ask');
      await until('the person is asked', asked, 60_000);
      expect(incidents().flatMap(({ actions }) => actions.map(({ action }) => action))).toEqual([
        'relaunch',
        'ask',
      ]);
      expect(agentPid()).not.toBe(pid);
    });
  });
});

describe.concurrent.each(['2.1.42', '1.0.56'] as const)('Claude Code %s, refused for', (version) => {
  test.skipIf(!nightly || missing(version)).each(thinkingRefusals)(
    'its thinking, which it sends again and again: the guard leaves it out (%s)',
    async (words) => {
      await onGuard({ version }, async (guarded) => {
        const { api, terminal, agentPid, closedIncident } = guarded;
        const pid = agentPid();
        await refuseThinking(guarded, words);
        await terminal.waitFor(finished, 60_000);
        expect(await closedIncident()).toMatchObject({ class: 'broken-history', outcome: 'recovered' });
        expect(agentPid()).not.toBe(pid);
        // Another request may follow: 2.1.42 asks for suggestions.
        const told = api.turns().find(isTold);
        expect(JSON.stringify(told?.body?.messages)).toContain('The sum is forty-two.');
      });
    },
  );
});
