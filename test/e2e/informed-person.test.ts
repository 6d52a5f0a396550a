/** What the person was doing: a draft, queued messages and keys of the time without an agent are never lost or sent. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { faults } from '../../src/drill/api/faults.ts';
import type { SandboxOptions } from '../../src/drill/sandbox.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const patient = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '60000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '60000',
};

/** A turn that hangs; the person has a message in the agent's queue, and a draft in the box. */
async function busyPerson({ api, terminal, submit }: Guarded): Promise<void> {
  api.enqueue(faults['dead-mid-text'].scenario);
  await submit('please go on');
  await api.waitForRequest(({ faultAt }) => faultAt !== null);
  await submit('a queued message');
  await sleep(1_000); // a person types on with a pause, not in one burst with Enter
  terminal.write('my precious draft');
  await terminal.waitFor(/❯\s+my precious draft/);
}

const prompts = ({ api }: Guarded) => api.turns().map(lastPrompt).join('\n');
/** A hook of the person's own holds a prompt before the agent writes it down: not the first `before`, then one. */
function heldOnce(before: number): SandboxOptions {
  const command = `n=$(cat "$CLAUDE_CONFIG_DIR/held" 2>/dev/null || echo 0); echo $((n + 1)) > "$CLAUDE_CONFIG_DIR/held"; test $n != ${before} || sleep 60`;
  return { settings: { hooks: { UserPromptSubmit: [{ hooks: [{ type: 'command', command }] }] } } };
}

const nightly = process.env.NIGHTLY !== undefined;

describe.concurrent.each(['2.1.329', '2.1.197', '2.1.42'] as const)('Claude Code %s', (version) => {
  test.skipIf(missing(version))('killed: a draft and a queued message come back, unsent', async () => {
    await onGuard({ version, settings: patient }, async (guarded) => {
      const { api, terminal, agentPid, closedIncident, until } = guarded;
      await busyPerson(guarded);
      process.kill(agentPid(), 'SIGKILL');
      await until('a resumed agent asks', () => prompts(guarded).includes('interrupted'), 60_000);
      await terminal.waitFor(finished);
      await terminal.waitFor(/❯\s+a queued message\s+my precious draft/, 60_000);
      await closedIncident();
      expect(prompts(guarded)).not.toMatch(/queued|precious/);
      terminal.write('\r');
      await api.waitForRequest((request) => /a queued message\s+my precious draft/.test(lastPrompt(request)));
    });
  });

  test.skipIf(!nightly || missing(version))('nudged: the queue is sent, the draft stays', async () => {
    await onGuard({ version, settings: { GUARDED_CLAUDE_TUNNEL: 'off' } }, async (guarded) => {
      const { terminal, agentPid, closedIncident } = guarded;
      const pid = agentPid();
      await busyPerson(guarded);
      await terminal.waitFor(finished, 60_000);
      const incident = await closedIncident(60_000);
      expect(incident).toMatchObject({ outcome: 'recovered' });
      expect(incident.actions.map(({ action }) => action)).toEqual(['nudge']);
      await terminal.waitFor(/❯\s+my precious draft/);
      expect(prompts(guarded)).toContain('a queued message');
      expect(prompts(guarded)).not.toContain('precious');
      expect(agentPid()).toBe(pid);
    });
  });

  test.skipIf(!nightly || missing(version)).for([
    ['the first one of the conversation', 0],
    ['a later one', 1],
  ] as const)('killed before the prompt is on record, %s: it is worked on, once', async ([, before]) => {
    await onGuard({ version, settings: patient, sandbox: heldOnce(before) }, async (guarded) => {
      const { api, terminal, submit, agentPid, until, journal, closedIncident } = guarded;
      for (let turn = 0; turn < before; turn++) {
        await submit('first, say something');
        await terminal.waitFor(finished);
      }
      await submit('and now the real thing');
      const begun = () =>
        journal().filter((entry) => 'event' in entry && entry.event.type === 'turn.started').length;
      await until('the guard knows of the prompt', () => begun() > before);
      process.kill(agentPid(), 'SIGKILL');
      await until('a resumed agent asks', () => api.turns().length > before, 60_000);
      expect(await closedIncident()).toMatchObject({ outcome: 'recovered' });
      await terminal.waitFor(/─\n❯\s*(Try ".*)?\n─/);
      const last = JSON.stringify(api.turns().at(-1)?.body?.messages);
      expect(last.split('and now the real thing')).toHaveLength(2);
      expect(last.includes('first, say something')).toBe(before > 0);
      const asked = api.turns().filter((turn) => lastPrompt(turn).includes('and now the real thing'));
      expect(asked).toHaveLength(1);
    });
  });

  test.skipIf(!nightly || missing(version))(
    'away: what is typed meanwhile is in the box of the next agent',
    async () => {
      await onGuard({ version, settings: patient }, async (guarded) => {
        const { api, terminal, submit, agentPid, until, status, closedIncident } = guarded;
        api.enqueue(faults['dead-mid-text'].scenario);
        await submit('please go on');
        await api.waitForRequest(({ faultAt }) => faultAt !== null);
        await api.refuse();
        process.kill(agentPid(), 'SIGKILL');
        await until('the agent is away', () => status()?.agent_pid === null);
        terminal.write('typed while away');
        await api.reopen();
        await terminal.waitFor(finished, 60_000);
        await terminal.waitFor(/❯\s+typed while away/, 60_000);
        await closedIncident();
        expect(prompts(guarded)).not.toContain('typed while away');
      });
    },
  );
});
