/**
 * Healthy phases that look like a freeze to a hasty eye. Every limit is shortened so that a wrong judge would act
 * within seconds; not one incident may be on record. The agent's own pace does not shrink along: on a busy machine it
 * has sent its telemetry 3.6 s before the request of its first turn.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ApiRequest } from '../../src/drill/api/api.ts';
import { faults, longTool } from '../../src/drill/api/faults.ts';
import { call, say } from '../../src/drill/api/scenario.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const hasty = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '5000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '5000',
  GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: '5000',
};
/** More than twice every limit. */
const longMs = 12_000;
const patienceMs = longMs + 20_000;

interface Phase {
  readonly name: string;
  readonly tools?: 'ask';
  play(guarded: Guarded): Promise<void>;
}

const phases: readonly Phase[] = [
  {
    name: 'idle',
    async play() {
      await sleep(longMs);
    },
  },
  {
    name: 'a permission dialog that nobody answers',
    tools: 'ask',
    async play({ api, terminal, submit }) {
      api.enqueue(call('Bash', { command: 'touch allowed', description: 'Touch a file' }));
      await submit('touch it');
      await terminal.waitFor('Do you want to proceed?');
      await sleep(longMs);
      terminal.write('1');
      await terminal.waitFor(finished, patienceMs);
    },
  },
  {
    name: 'a silent command',
    async play({ api, terminal, submit }) {
      api.enqueue(longTool(longMs / 1000));
      await submit('run it');
      await terminal.waitFor(finished, patienceMs);
    },
  },
  {
    name: 'a slow drip',
    async play({ api, terminal, submit }) {
      api.enqueue(say(`one two three four five ${finished}`, 3_000));
      await submit('drip');
      await terminal.waitFor(finished, patienceMs);
    },
  },
  {
    name: 'thinking with pings only',
    async play({ api, terminal, submit }) {
      api.enqueue([
        { do: 'start' },
        { do: 'ping', everyMs: 1_000, times: longMs / 1000 },
        { do: 'text', text: finished },
        { do: 'delta' },
        { do: 'stop' },
      ]);
      await submit('think');
      await terminal.waitFor(finished, patienceMs);
    },
  },
  {
    name: 'pings without end, and comments',
    async play({ api, terminal, submit }) {
      api.enqueue(faults['pings-mid-text'].scenario, faults['comments-only'].scenario);
      await submit('first');
      await sleep(longMs);
      terminal.write('\x1b');
      await terminal.waitFor('What should Claude do instead?');
      await submit('second');
      await sleep(longMs);
      terminal.write('\x1b');
    },
  },
  {
    name: 'a subagent at work',
    async play({ api, terminal, submit, until }) {
      const ofSubagent = (request: ApiRequest) => request.headers['x-claude-code-agent-id'] !== undefined;
      let toolRan = false;
      api.respond((request) => {
        if (!ofSubagent(request)) return say(finished);
        if (toolRan) return say('The subagent is done.', 1_500);
        toolRan = true;
        return longTool(longMs / 1000);
      });
      const input = { description: 'Look', prompt: 'Look around.', subagent_type: 'general-purpose' };
      api.enqueue(call('Agent', input));
      await submit('delegate it');
      const asked = () => api.turns().filter(ofSubagent);
      await until('the subagent is done', () => asked().length > 1 && asked().every(({ ended }) => ended));
      await terminal.waitFor(finished, patienceMs);
    },
  },
  {
    name: 'a usage limit',
    async play({ api, terminal, submit }) {
      api.enqueue(faults['usage-limit'].scenario);
      await submit('spend it');
      await terminal.waitFor(/Request rejected|hit your limit/);
      await sleep(longMs);
    },
  },
  {
    name: 'a retry that the agent counts down to by itself',
    async play({ api, terminal, submit }) {
      const busy = faults['error-429'].scenario;
      api.enqueue(busy, busy);
      await submit('wait for it');
      await terminal.waitFor(finished, 60_000);
    },
  },
];

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s is left alone', (version) => {
  test.skipIf(missing(version)).each(phases)('$name', async ({ tools, play }: Phase) => {
    await onGuard({ version, settings: hasty, sandbox: tools ? { tools } : {} }, async (guarded) => {
      const pid = guarded.agentPid();
      await play(guarded);
      expect(guarded.incidents()).toEqual([]);
      expect(guarded.agentPid()).toBe(pid);
    });
  });
});
