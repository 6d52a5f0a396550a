/** Which conversation it is, and what is believed of it: what was observed of the agent itself, and nothing else. */
import { randomUUID } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { faults } from '../../src/drill/api/faults.ts';
import { say } from '../../src/drill/api/scenario.ts';
import { openTerminal } from '../../src/drill/outer-terminal.ts';
import { agentEnvironment } from '../../src/drill/sandbox.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { guardBin } from '../support/places.ts';
import { missing, realAgent } from '../support/real-agent.ts';

const patient = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '60000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '60000',
};
const settleMs = 1_500;
const guard = guardBin;

/** Kills the agent and waits until another one is at its prompt. */
async function killed({ agentPid, status, until, terminal }: Guarded): Promise<void> {
  const before = agentPid();
  process.kill(before, 'SIGKILL');
  await until('another agent runs', () => ![before, null, undefined].includes(status()?.agent_pid), 60_000);
  await terminal.waitFor(/❯/, 30_000);
}

/** What the API was asked in the latest request of the conversation, with all that went before. */
const conversation = ({ api }: Guarded) => JSON.stringify(api.turns().at(-1)?.body?.messages);

const sessionIds = ({ sandbox }: Guarded) =>
  sandbox
    .transcripts()
    .filter((path) => !path.includes('subagents'))
    .map((path) => path.replace(/.*\/|\.jsonl$/g, ''));

const timeout = 120_000; // two agents start, one after the other

describe.concurrent.each([
  '2.1.329',
  '2.1.38',
  ...(process.env.NIGHTLY === undefined ? [] : (['2.1.263', '2.1.126'] as const)),
] as const)('Claude Code %s', { timeout }, (version) => {
  test.skipIf(missing(version))('an id of the person, killed before the first turn: begun anew', async () => {
    const id = randomUUID(); // of this test alone: agents of other versions run beside it
    await onGuard({ version, args: ['--session-id', id], settings: patient }, async (guarded) => {
      const { terminal, submit } = guarded;
      await sleep(10_000); // old enough to be worth a relaunch
      terminal.write('a draft');
      await terminal.waitFor(/❯\s+a draft/);
      await sleep(settleMs);
      await killed(guarded);
      await terminal.waitFor(/❯\s+a draft/, 30_000);
      terminal.write('\x15');
      await submit('what is new');
      await terminal.waitFor(finished);
      expect(sessionIds(guarded)).toEqual([id]);
    });
  });

  test.skipIf(missing(version))('hooks off: /clear is followed, also right after Enter', async () => {
    const settings = { ...patient, GUARDED_CLAUDE_HOOKS: 'off' };
    await onGuard({ version, settings }, async (guarded) => {
      const { api, terminal, submit } = guarded;
      api.enqueue(say('The first answer.'));
      await submit('the old question');
      await terminal.waitFor('The first answer.');
      await sleep(settleMs);
      await submit('/clear');
      await sleep(settleMs);
      api.enqueue(faults['dead-mid-text'].scenario);
      await submit('the new question');
      await api.waitForRequest(({ faultAt }) => faultAt !== null);
      await sleep(500);
      await killed(guarded);
      await terminal.waitFor(finished, 60_000);
      expect(conversation(guarded)).toContain('the new question');
      expect(conversation(guarded)).not.toContain('the old question');
    });
  });
});

describe.concurrent.each(['2.1.329', '2.1.38'] as const)('Claude Code %s', (version) => {
  test.skipIf(missing(version))('a second guard on one conversation says who has it', async () => {
    await onGuard({ version, settings: patient }, async (guarded) => {
      const { sandbox, submit, terminal, agentPid, status } = guarded;
      await submit('hello');
      await terminal.waitFor(finished);
      await sleep(settleMs);
      const command = realAgent(version, join(sandbox.root, 'bin')) ?? '';
      const second = openTerminal({
        command: process.execPath,
        args: [guard, '--resume', status()?.session_id ?? ''],
        cwd: sandbox.project,
        env: agentEnvironment(sandbox, { GUARDED_CLAUDE_COMMAND: command }),
      });
      expect(await second.exited).toMatchObject({ code: 1 });
      expect(second.text()).toContain(`process ${agentPid()}`);
      expect(second.text()).toContain('--fork-session');
    });
  });
});

describe.concurrent.each(['2.1.329', '2.1.263'] as const)('Claude Code %s', (version) => {
  test.skipIf(missing(version))('--safe-mode runs no hook of ours: calls could not be observed', async () => {
    await onGuard({ version, args: ['--safe-mode'], settings: patient }, async (guarded) => {
      const { api, submit, terminal } = guarded;
      api.enqueue(faults['dead-mid-text'].scenario);
      await submit('please go on');
      await api.waitForRequest(({ faultAt }) => faultAt !== null);
      await sleep(settleMs);
      await killed(guarded);
      await terminal.waitFor(finished, 60_000);
      const told = api.turns().map(lastPrompt).join('\n');
      expect(told).toContain('could not be observed');
      expect(told).not.toContain('No tool call was unfinished');
    });
  });

  test.skipIf(missing(version))('a file that others drop is no hook', async () => {
    await onGuard({ version, settings: patient }, async (guarded) => {
      const { sandbox, status, until, journal } = guarded;
      const spool = join(sandbox.stateHome, 'guarded-claude', 'sessions', status()?.run ?? '', 'spool');
      const id = randomUUID();
      const payload = { hook_event_name: 'SessionStart', session_id: id, source: 'clear', cwd: '/' };
      writeFileSync(join(spool, '4711.json'), JSON.stringify(payload));
      await until('it is gone', () => readdirSync(spool).length === 0);
      await sleep(settleMs);
      expect(JSON.stringify(journal())).not.toContain(id);
    });
  });
});
