/** What the person has changed in the agent holds for the agent that is started after it, too. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { faults } from '../../src/drill/api/faults.ts';
import { call } from '../../src/drill/api/scenario.ts';
import { finished, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const patient = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '60000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '60000',
};
const settleMs = 1_500;
const timeout = 120_000; // two agents start, one after the other

describe.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', { timeout }, (version) => {
  test.skipIf(missing(version))('goes on in the folder of /cd, with the model of /model', async () => {
    await onGuard({ version, args: ['--model', 'sonnet'], settings: patient }, async (guarded) => {
      const { api, sandbox, terminal, submit, agentPid, status, until } = guarded;
      const next = join(sandbox.project, 'next'); // trusted, as its parent is
      mkdirSync(next);
      await submit('/model opus');
      await terminal.waitFor('Set model to');
      await submit(`/cd ${next}`);
      await terminal.waitFor('Moved to');
      await sleep(settleMs);
      api.enqueue(faults['dead-mid-text'].scenario);
      await submit('please go on');
      await api.waitForRequest(({ faultAt }) => faultAt !== null);
      expect(api.turns().at(-1)?.body?.model).toContain('opus');
      await until('the status shows the folder', () => status()?.cwd === next);
      api.enqueue(call('Bash', { command: 'pwd', description: 'where' }));
      process.kill(agentPid(), 'SIGKILL');
      await terminal.waitFor(finished, 60_000);
      const { model, messages } = api.turns().at(-1)?.body ?? {};
      expect(model).toContain('opus');
      expect(JSON.stringify(messages?.filter(({ role }) => role === 'user').at(-1))).toContain(next);
    });
  });

  test.skipIf(missing(version))('stays in the stricter mode that they have gone down to', async () => {
    const bypassing = { settings: { permissions: { defaultMode: 'bypassPermissions' } } };
    const settings = { ...patient, IS_SANDBOX: '1' }; // root may bypass permissions only there
    const options = { version, settings, sandbox: bypassing };
    await onGuard(options, async ({ api, sandbox, terminal, submit, agentPid, until }) => {
      const records = () => sandbox.transcripts().flatMap((path) => readFileSync(path, 'utf8').split('\n'));
      const prompts = () =>
        records().filter((line) => /"type":"user"/.test(line) && /"permissionMode"/.test(line));
      api.enqueue(faults['dead-mid-text'].scenario);
      await submit('please go on');
      await api.waitForRequest(({ faultAt }) => faultAt !== null);
      await until('the prompt is on record', () => prompts().length === 1);
      while (!terminal.text().includes('accept edits on')) {
        terminal.write('\x1b[Z');
        await sleep(settleMs);
      }
      process.kill(agentPid(), 'SIGKILL');
      await terminal.waitFor(finished, 60_000);
      await until('both prompts are on record', () => prompts().length === 2);
      const [before, after] = prompts();
      expect(before).toContain('"permissionMode":"bypassPermissions"');
      expect(after).toContain('"permissionMode":"acceptEdits"');
    });
  });
});
