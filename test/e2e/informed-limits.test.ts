/** A usage limit of a subscription: the newest version waits by itself, an older one asks, and is taken up later. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { refuse, say } from '../../src/drill/api/scenario.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

/** No token of anybody; with it the agent takes itself for one of a subscriber. */
const subscriber = { ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-this-is-no-token-0000' };
const resetInS = 70;

/** Refuses until the limit resets. @returns Unix milliseconds of the reset */
function limit({ api }: Guarded): number {
  const reset = Math.ceil((Date.now() / 1000 + resetInS) / 60) * 60; // the agent prints whole minutes
  const words = "This request would exceed your account's rate limit. Please try again later.";
  api.respond(() =>
    Date.now() < reset * 1000
      ? refuse(429, 'rate_limit_error', words, {
          'retry-after': String(reset - Math.floor(Date.now() / 1000)),
          'anthropic-ratelimit-unified-status': 'rejected',
          'anthropic-ratelimit-unified-reset': String(reset),
          'anthropic-ratelimit-unified-representative-claim': 'five_hour',
        })
      : say(finished),
  );
  return reset * 1000;
}

const nightly = process.env.NIGHTLY !== undefined;
const longMs = 360_000;

describe.concurrent('At a usage limit', () => {
  test.skipIf(!nightly || missing('2.1.329'))(
    'Claude Code 2.1.329 waits by itself and is left alone',
    async () => {
      await onGuard({ version: '2.1.329', settings: subscriber }, async (guarded) => {
        const { terminal, submit, agentPid, incidents } = guarded;
        const pid = agentPid();
        limit(guarded);
        await submit('please go on');
        await terminal.waitFor(/Usage limit reached|hit your limit/);
        await terminal.waitFor(finished, 240_000);
        await sleep(2_000);
        expect(incidents()).toEqual([]);
        expect(agentPid()).toBe(pid);
      });
    },
    longMs,
  );

  test.skipIf(!nightly || missing('2.1.197'))(
    'Claude Code 2.1.197 asks; nobody answers, so "Stop and wait" is chosen, and the turn is taken up after the reset',
    async () => {
      await onGuard({ version: '2.1.197', settings: subscriber }, async (guarded) => {
        const { api, terminal, submit, agentPid, closedIncident } = guarded;
        const pid = agentPid();
        const reset = limit(guarded);
        await submit('please go on');
        await terminal.waitFor('Stop and wait for limit to reset');
        await terminal.waitFor(finished, 300_000);
        expect(Date.now()).toBeGreaterThan(reset);
        const incident = await closedIncident();
        expect(incident).toMatchObject({ class: 'usage-limit', outcome: 'recovered' });
        expect(incident.actions.map(({ action }) => action)).toEqual(['wait', 'nudge']);
        expect(agentPid()).toBe(pid);
        const last = api.turns().at(-1);
        expect(last && lastPrompt(last)).toContain('interrupted');
      });
    },
    longMs,
  );
});
