/** What can be in the way of a resume: a dialog, a conversation that is gone, somebody else in the conversation. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { faults } from '../../src/drill/api/faults.ts';
import { openTerminal } from '../../src/drill/outer-terminal.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing, realAgent } from '../support/real-agent.ts';

const patient = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '60000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '60000',
};
const nightly = process.env.NIGHTLY !== undefined;

async function hangInTurn({ api, submit, until, sandbox }: Guarded): Promise<void> {
  api.enqueue(faults['no-headers'].scenario);
  await submit('please go on');
  await api.waitForRequest(({ faultAt }) => faultAt !== null);
  const recorded = (path: string) => readFileSync(path, 'utf8').includes('please go on');
  await until('the conversation is on disk', () => sandbox.transcripts().some(recorded));
}

/** As it was said: the screen breaks rows where they end, in the middle of a word too. */
const unwrapped = ({ text }: Pick<Guarded['terminal'], 'text'>) => text().replace(/\s+/g, '');

const actions = ({ incidents }: Guarded) =>
  incidents().flatMap((one) => one.actions.map(({ action }) => action));

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s, resumed', (version) => {
  test.skipIf(!nightly || missing(version))(
    'in a folder that is not trusted any more: the person is asked',
    async () => {
      await onGuard({ version, settings: patient }, async (guarded) => {
        const { sandbox, terminal, agentPid, until, api, incidents } = guarded;
        await hangInTurn(guarded);
        const path = join(sandbox.configDir, '.claude.json');
        process.kill(agentPid(), 'SIGKILL');
        const state = JSON.parse(readFileSync(path, 'utf8'));
        state.projects[sandbox.project].hasTrustDialogAccepted = false;
        writeFileSync(path, JSON.stringify(state));
        await terminal.waitFor(/trust/);
        await until('the guard asks', () => actions(guarded).at(-1) === 'ask');
        expect(actions(guarded)).toEqual(['relaunch', 'ask']);
        await sleep(2_000);
        expect(terminal.text()).toMatch(/trust/);
        expect(api.turns()).toHaveLength(1);
        terminal.write(terminal.text().includes('❯ No, exit') ? '\x1b[B' : '');
        await terminal.waitFor(/❯ (1\. )?Yes/);
        terminal.write('\r');
        await terminal.waitFor(finished);
        await until('it is theirs', () => incidents().every(({ outcome }) => outcome !== 'open'));
      });
    },
  );

  test.skipIf(!nightly || missing(version))(
    'but its conversation is gone: said, once, and left',
    async () => {
      await onGuard({ version, settings: patient }, async (guarded) => {
        const { sandbox, terminal, agentPid } = guarded;
        await guarded.submit('first, say something');
        await terminal.waitFor(finished);
        await hangInTurn(guarded);
        for (const path of sandbox.transcripts()) rmSync(path);
        process.kill(agentPid(), 'SIGKILL');
        expect(await terminal.exited).not.toMatchObject({ code: 0 });
        expect(terminal.text()).toContain('No conversation found with session ID');
        expect(actions(guarded)).toEqual(['relaunch', 'ask']);
      });
    },
  );

  test.skipIf(!nightly || missing(version))(
    'while somebody else is in the conversation: never a second writer',
    async () => {
      await onGuard({ version, settings: patient }, async (guarded) => {
        const { sandbox, api, terminal, agentPid, status, env } = guarded;
        await hangInTurn(guarded);
        const other = openTerminal({
          command: realAgent(version, join(sandbox.root, 'bin')) ?? '',
          args: ['--resume', status()?.session_id ?? ''],
          cwd: sandbox.project,
          env,
        });
        try {
          await other.waitFor(/❯ .*please go on[\s\S]*❯/);
          process.kill(agentPid(), 'SIGKILL');
          expect(await terminal.exited).toMatchObject({ code: 137 });
          expect(unwrapped(terminal)).toContain(
            unwrapped({ text: () => `another agent (process ${other.pid}) has this conversation open` }),
          );
          expect(actions(guarded)).not.toContain('cut');
          expect(api.turns()).toHaveLength(1);
        } finally {
          other.kill('SIGKILL');
          await other.exited;
        }
      });
    },
  );
});
