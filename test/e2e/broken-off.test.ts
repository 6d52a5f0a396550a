/** What the agent takes for a whole answer, or for a silent one, and is neither. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Scenario, say } from '../../src/drill/api/scenario.ts';
import { finished, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const limits = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '4000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '6000',
  GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: '5000',
};

/** The stream is closed as it should be, in the middle of what it holds: no reason to stop, no end of the message. */
const endings: Readonly<Record<string, Scenario>> = {
  'in mid-text': [{ do: 'start' }, { do: 'text', text: 'Hello, I will ', everyMs: 20 }],
  'inside a tool call': [
    { do: 'start' },
    { do: 'text', text: 'I will run a command. ', everyMs: 20 },
    { do: 'tool', name: 'Bash', input: { command: 'echo never' }, part: 0.5 },
  ],
};

describe.concurrent.each(['2.1.263', '2.1.197', '2.1.126'] as const)('Claude Code %s', (version) => {
  test.skipIf(missing(version)).each(Object.entries(endings))(
    'an answer that ends %s is gone on with, and a whole one left alone',
    async (_where, ending) => {
      await onGuard({ version, settings: limits }, async (guarded) => {
        const { api, terminal, submit, agentPid, incidents, until } = guarded;
        const pid = agentPid();
        api.enqueue(say('A whole answer.'));
        await submit('the first');
        await terminal.waitFor('A whole answer.');
        await sleep(5_000);
        expect(incidents()).toEqual([]);
        api.enqueue(ending);
        await submit('please go on');
        await terminal.waitFor(finished, 40_000);
        await until('incidents are closed', () =>
          incidents().every(({ outcome }) => outcome === 'recovered'),
        );
        expect(incidents().flatMap(({ actions }) => actions.map(({ action }) => action))).toContain('nudge');
        expect(agentPid()).toBe(pid);
      });
    },
  );
});

test.skipIf(missing('2.1.197'))(
  'thinking of which nothing is counted, unseen by the tunnel, is left alone',
  async () => {
    const settings = { ...limits, GUARDED_CLAUDE_TUNNEL: 'off' };
    await onGuard({ version: '2.1.197', settings }, async ({ api, terminal, submit, incidents }) => {
      api.enqueue([
        { do: 'start' },
        {
          do: 'thinking',
          text: 'one two three four five six seven eight nine ten eleven twelve',
          everyMs: 1_300,
        },
        { do: 'text', text: finished },
        { do: 'delta', reason: 'end_turn' },
        { do: 'stop' },
      ]);
      await submit('think');
      await terminal.waitFor(finished, 40_000);
      expect(incidents()).toEqual([]);
      expect(api.turns()).toHaveLength(1);
    });
  },
);
