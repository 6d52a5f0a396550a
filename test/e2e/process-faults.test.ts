/** The agent's own process is the trouble: killed, stopped from outside, or spinning and deaf to SIGTERM. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { call, say } from '../../src/drill/api/scenario.ts';
import type { Sandbox } from '../../src/drill/sandbox.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const words = 'word '.repeat(400);

async function inMidText({ api, terminal, submit }: Guarded): Promise<void> {
  api.enqueue(say(words, 50));
  await submit('please go on');
  await terminal.waitFor('word word');
}

/** The next process took up the conversation, and was told. */
async function resumed({ api, agentPid, until }: Guarded, before: number): Promise<void> {
  const told = () => lastPrompt(api.turns().at(-1) as never).includes('interrupted');
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
        const { api, submit, agentPid, status, until, closedIncident, terminal } = guarded;
        api.enqueue(
          call('Bash', { command: 'echo $$ > tool.pid; for i in 1 2 3 4 5 6 7 8 9; do sleep 7; done' }),
        );
        await submit('please go on');
        const run = status()?.run ?? '';
        const pid = agentPid();
        const tools = () => processesMarkedBy('GUARDED_CLAUDE_RUN', run).filter((one) => one.pid !== pid);
        await until('the command runs', () => tools().length > 0);
        const before = tools().map((one) => one.pid);
        process.kill(pid, 'SIGKILL');
        await resumed(guarded, pid);
        expect(tools().filter((one) => before.includes(one.pid))).toEqual([]);
        expect(lastPrompt(api.turns().at(-1) as never)).toContain('sleep 7');
        await terminal.waitFor(finished);
        expect(await closedIncident()).toMatchObject({ class: 'agent-gone', outcome: 'recovered' });
      });
    });

    test('stopped from outside: it is let run on', async () => {
      await onGuard({ version }, async (guarded) => {
        const { api, submit, terminal, agentPid, closedIncident } = guarded;
        api.enqueue(say(`${'word '.repeat(40)}${finished}`, 50));
        await submit('please go on');
        await terminal.waitFor('word word');
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
    await onGuard({ version: '2.1.42', agentVariables }, async (guarded) => {
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
