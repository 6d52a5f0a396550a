/** The agent's own process is the trouble: killed, stopped from outside, or spinning and deaf to SIGTERM. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { call, say } from '../../src/drill/api/scenario.ts';
import type { Sandbox } from '../../src/drill/sandbox.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const lines = 'a word\n'.repeat(400);

async function inMidText({ api, submit }: Guarded): Promise<void> {
  api.enqueue(say(lines, 50));
  await submit('please go on');
  await api.waitForRequest(({ kind }) => kind === 'main');
  await sleep(1_500); // 2.1.42 shows nothing before the block has ended
}

/** The next process took up the conversation, and was told. */
async function resumed({ api, agentPid, until }: Guarded, before: number): Promise<void> {
  const told = () => api.turns().some((turn) => lastPrompt(turn).includes('interrupted'));
  await until('a resumed agent asks', told, 60_000);
  expect(agentPid()).not.toBe(before);
  expect(JSON.stringify(api.turns().at(-1)?.body?.messages)).toContain('please go on');
}

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('whose process is in trouble', () => {
    test('killed in mid-text', async () => {
      await onGuard({ version }, async (guarded) => {
        const { agentPid, closedIncident, terminal } = guarded;
        await inMidText(guarded);
        const pid = agentPid();
        process.kill(pid, 'SIGKILL');
        await resumed(guarded, pid);
        await terminal.waitFor(finished);
        expect(await closedIncident()).toMatchObject({ class: 'agent-gone', outcome: 'recovered' });
      });
    });

    test('killed while a command runs: no orphan, and the resumed agent is told of it', async () => {
      await onGuard({ version }, async (guarded) => {
        const { api, sandbox, submit, agentPid, status, until, closedIncident, terminal } = guarded;
        api.enqueue(
          call('Bash', { command: 'echo $$ > tool.pid; for i in 1 2 3 4 5 6 7 8 9; do sleep 7; done' }),
        );
        await submit('please go on');
        const run = status()?.run ?? '';
        const pid = agentPid();
        const tools = () => processesMarkedBy('GUARDED_CLAUDE_RUN', run).filter((one) => one.pid !== pid);
        await until('the command runs', () => existsSync(join(sandbox.project, 'tool.pid')));
        const before = tools().map((one) => one.pid);
        process.kill(pid, 'SIGKILL');
        await resumed(guarded, pid);
        expect(tools().filter((one) => before.includes(one.pid))).toEqual([]);
        expect(JSON.stringify(api.turns().at(-1)?.body?.messages)).toContain('sleep 7');
        await terminal.waitFor(finished);
        expect(await closedIncident()).toMatchObject({ class: 'agent-gone', outcome: 'recovered' });
      });
    });

    test('stopped from outside: it is let run on', async () => {
      await onGuard({ version }, async (guarded) => {
        const { api, submit, terminal, agentPid, closedIncident } = guarded;
        api.enqueue(say(`${'a word\n'.repeat(20)}\n${finished}`, 50));
        await submit('please go on');
        await terminal.waitFor('a word');
        const pid = agentPid();
        process.kill(pid, 'SIGSTOP');
        await terminal.waitFor(finished, 30_000);
        const incident = await closedIncident();
        expect(incident).toMatchObject({ class: 'stopped', outcome: 'recovered' });
        expect(incident.actions.map(({ action }) => action)).toEqual(['wait']);
        expect(agentPid()).toBe(pid);
      });
    });
  });
});

/** Loaded into an agent that is a script: on SIGUSR2 its event loop turns no more, and SIGTERM is not heard. */
const spinner = `
process.on('SIGUSR2', () => { for (;;) {} });
process.on('SIGTERM', () => {});
`;

describe.skipIf(missing('2.1.42'))('Claude Code 2.1.42', () => {
  test('spinning at 100 % and deaf to SIGTERM is killed and resumed', async () => {
    const agentVariables = ({ root }: Sandbox) => {
      const hook = join(root, 'spin.cjs');
      writeFileSync(hook, spinner);
      return { NODE_OPTIONS: `--require=${hook}` };
    };
    const settings = { GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: '3000' };
    await onGuard({ version: '2.1.42', agentVariables, settings }, async (guarded) => {
      await inMidText(guarded);
      const pid = guarded.agentPid();
      process.kill(pid, 'SIGUSR2');
      await resumed(guarded, pid);
      await guarded.terminal.waitFor(finished);
      const incident = await guarded.closedIncident();
      expect(incident).toMatchObject({ class: 'frozen-ui', outcome: 'recovered' });
      expect(incident.actions.map(({ action }) => action)).toEqual(['relaunch']);
    });
  });
});
