/** A second agent under the same guard: the real Codex, found frozen or dead, and brought back. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { call, type Scenario, say } from '../../src/drill/api/scenario.ts';
import { finished, ptyOnly } from '../support/guarded.ts';
import { type GuardedCodex, onGuardedCodex } from '../support/guarded-codex.ts';
import { codexMissing, codexVersion } from '../support/real-codex.ts';
import { lastInput } from '../support/responses/api.ts';

const deadMidText: Scenario = [
  { do: 'start' },
  { do: 'text', text: 'Some words of an answer that never ends', open: true },
  { do: 'hang' },
];

/** A first turn, so that there is a conversation to come back to. */
async function firstTurn(guarded: GuardedCodex): Promise<void> {
  const { api, submit, terminal, until, status, rollouts, sawTurnEnd } = guarded;
  api.enqueue(say(finished, 300)); // long enough to be seen
  await submit('first, say something');
  await terminal.waitFor(finished);
  await until('the session is known', () => status()?.session_id === rollouts()[0]);
  // What is sent while a turn runs is kept, and given back after a relaunch.
  await until('the guard has seen the end of the turn', sawTurnEnd);
}

/** The next process took up the conversation, and was told. */
async function resumed(guarded: GuardedCodex, before: number): Promise<void> {
  const { api, agentPid, until, rollouts } = guarded;
  const told = () => api.turns().some((turn) => lastInput(turn).includes('interrupted'));
  await until('a resumed agent asks', told, 60_000);
  expect(agentPid()).not.toBe(before);
  expect(rollouts()).toHaveLength(1);
  const body = api.turns().at(-1)?.body;
  expect(body).toContain('first, say something');
  expect(body).toContain('please go on');
}

describe.concurrent(`Codex ${codexVersion}`, { skip: codexMissing() }, () => {
  test('a turn, and nothing happens', async () => {
    await onGuardedCodex({}, async (guarded) => {
      const { api, sandbox, submit, terminal, status } = guarded;
      await firstTurn(guarded);
      expect(status()).toMatchObject({ agent: 'codex', agent_version: codexVersion, incidents: 0 });
      api.enqueue(call('exec_command', { cmd: 'env > tool.env; sleep 5' }), say('The second is done.'));
      await submit('use a tool');
      await terminal.waitFor('The second is done.', 30_000);
      const tools = readFileSync(join(sandbox.project, 'tool.env'), 'utf8');
      expect(tools).toMatch(/^HTTPS_PROXY=$/m);
      expect(status()).toMatchObject({ incidents: 0 });
    });
  });

  test('a stream dead in mid-text is cut, and the agent goes on by itself', async () => {
    await onGuardedCodex({}, async (guarded) => {
      const { api, submit, terminal, agentPid, closedIncident } = guarded;
      const pid = agentPid();
      api.enqueue(deadMidText);
      await submit('please go on');
      await terminal.waitFor(finished);
      const incident = await closedIncident();
      expect(incident).toMatchObject({ class: 'dead-stream', outcome: 'recovered' });
      expect(incident.actions.map(({ action }) => action)).toEqual(['cut']);
      expect(agentPid()).toBe(pid);
    });
  });

  test('somebody who thinks about an approval is let alone', async () => {
    const play = async ({ api, sandbox, submit, terminal, until, status }: GuardedCodex) => {
      const input = { cmd: 'touch done', sandbox_permissions: 'require_escalated', justification: 'May I?' };
      api.enqueue(call('exec_command', input));
      await submit('make a file');
      await terminal.waitFor('Would you like to run the following command?');
      await until('the guard sees the dialog', () => status()?.state === 'blocked');
      await sleep(8_000); // longer than every limit
      expect(status()).toMatchObject({ state: 'blocked', incidents: 0 });
      terminal.write('y');
      await terminal.waitFor(finished);
      expect(existsSync(join(sandbox.project, 'done'))).toBe(true);
    };
    await onGuardedCodex({}, play, 'on-request');
  });

  test('without the tunnel, a stream dead in mid-text is ended by a nudge', async () => {
    await onGuardedCodex({ GUARDED_CLAUDE_TUNNEL: 'off' }, async (guarded) => {
      const { api, submit, agentPid, until, closedIncident } = guarded;
      await firstTurn(guarded);
      const pid = agentPid();
      api.enqueue(deadMidText);
      await submit('please go on');
      await until('it is told', () => api.turns().some((turn) => lastInput(turn).includes('interrupted')));
      const incident = await closedIncident();
      expect(incident).toMatchObject({ outcome: 'recovered' });
      expect(incident.actions.map(({ action }) => action)).toEqual(['nudge']);
      expect(agentPid()).toBe(pid);
    });
  });

  test('killed in mid-text', async () => {
    await onGuardedCodex({}, async (guarded) => {
      const { api, submit, agentPid, terminal, closedIncident } = guarded;
      await firstTurn(guarded);
      api.enqueue(say('a word\n'.repeat(400), 50));
      await submit('please go on');
      await terminal.waitFor('a word');
      const pid = agentPid();
      process.kill(pid, 'SIGKILL');
      await resumed(guarded, pid);
      expect(await closedIncident()).toMatchObject({ class: 'agent-gone', outcome: 'recovered' });
    });
  });

  test('killed while a command runs: the resumed agent is told of it', async () => {
    await onGuardedCodex({}, async (guarded) => {
      const { api, sandbox, submit, agentPid, until, closedIncident } = guarded;
      await firstTurn(guarded);
      api.enqueue(call('exec_command', { cmd: 'touch begun; sleep 77', yield_time_ms: 60_000 }));
      await submit('please go on');
      await until('the command runs', () => existsSync(join(sandbox.project, 'begun')));
      await sleep(500);
      const pid = agentPid();
      process.kill(pid, 'SIGKILL');
      await resumed(guarded, pid);
      const told = api.turns().find((turn) => lastInput(turn).includes('interrupted'));
      expect(told && lastInput(told)).toContain('sleep 77');
      expect(await closedIncident()).toMatchObject({ class: 'agent-gone', outcome: 'recovered' });
    });
  });

  test.each([ptyOnly, { ...ptyOnly, GUARDED_CLAUDE_TRANSCRIPT: 'off' }])(
    'seen by its terminal, with %o: a stream dead in mid-text',
    async (switches) => {
      await onGuardedCodex(switches, async (guarded) => {
        const { api, submit, agentPid, closedIncident } = guarded;
        await firstTurn(guarded);
        const pid = agentPid();
        api.enqueue(deadMidText);
        await submit('please go on');
        await resumed(guarded, pid);
        const incident = await closedIncident();
        expect(incident).toMatchObject({ class: 'silent-screen', outcome: 'recovered' });
        expect(incident.actions.map(({ action }) => action)).toEqual(['relaunch']);
      });
    },
  );
});
