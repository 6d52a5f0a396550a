/**
 * "Resume from summary?", which the agent asks a subscriber about an old and large conversation: answered by policy in
 * an agent that the guard has relaunched. A switch of the vendor's own turns the question on; it is set here as if it
 * had been fetched. Nothing can leave the machine: the proxy for all other hosts is a closed port.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { say } from '../../src/drill/api/scenario.ts';
import type { Sandbox } from '../../src/drill/sandbox.ts';
import type { Effect } from '../../src/effects.ts';
import { finished, type Guarded, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

const settings = {
  ANTHROPIC_API_KEY: '',
  CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-this-is-no-token-0000', // of nobody
  CLAUDE_CODE_RESUME_TOKEN_THRESHOLD: '10',
  DISABLE_TELEMETRY: '',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  NO_PROXY: '127.0.0.1',
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '60000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '60000',
};
const settleMs = 1_500;
const hourMs = 3_600_000;

/** Everything in the conversation was said three hours earlier, and the vendor's switch is on. */
function age(sandbox: Sandbox): void {
  const earlier = (_: string, time: string) =>
    `"timestamp":"${new Date(Date.parse(time) - 3 * hourMs).toISOString()}"`;
  for (const path of sandbox.transcripts())
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"timestamp":"([^"]+)"/g, earlier));
  const path = join(sandbox.configDir, '.claude.json');
  const state = JSON.parse(readFileSync(path, 'utf8'));
  state.cachedGrowthBookFeatures = { ...state.cachedGrowthBookFeatures, tengu_gleaming_fair: true };
  writeFileSync(path, JSON.stringify(state));
}

/** Kills the agent at its prompt: it is resumed without a prompt, and so the question comes. */
async function resumeOld({
  api,
  terminal,
  submit,
  agentPid,
  status,
  until,
  sandbox,
}: Guarded): Promise<void> {
  // It also asks small things of its own.
  const asks = 'what is the sum';
  api.respond((request) => say(lastPrompt(request).includes(asks) ? 'The sum is forty-two.' : finished));
  await submit(asks);
  await terminal.waitFor('The sum is forty-two.');
  await sleep(settleMs);
  const before = agentPid();
  process.kill(before, 'SIGKILL');
  age(sandbox);
  const isNew = () => ![before, null, undefined].includes(status()?.agent_pid);
  await until('another agent runs', isNew, 60_000);
}

const choices = ({ journal }: Guarded) =>
  journal().flatMap((entry) => {
    const effect = 'effect' in entry ? (entry.effect as Effect) : null;
    return effect?.type === 'choose' ? [effect.answer] : [];
  });
const isChosen = ({ journal }: Guarded) =>
  journal().some((entry) => 'event' in entry && entry.event.type === 'choose.done' && entry.event.ok);
const isCompaction = (prompt: string) => /summary/i.test(prompt) && prompt.length > 1_000;

const nightly = process.env.NIGHTLY !== undefined;
const version = '2.1.197';

describe.concurrent(`Claude Code ${version} asks whether to resume from a summary`, () => {
  test.skipIf(!nightly || missing(version))('full: the whole conversation is there', async () => {
    await onGuard({ version, settings }, async (guarded) => {
      await resumeOld(guarded);
      const { api, terminal, submit, until, closedIncident } = guarded;
      await until('the menu is answered', () => isChosen(guarded), 40_000);
      expect(choices(guarded)).toEqual(['full']);
      expect(await closedIncident()).toMatchObject({ class: 'agent-gone', outcome: 'recovered' });
      await submit('and twice that');
      await terminal.waitFor(finished);
      const prompts = api.turns().map(lastPrompt);
      expect(prompts.filter(isCompaction)).toEqual([]);
      const last = api.turns().find((request) => lastPrompt(request).includes('and twice that'));
      expect(JSON.stringify(last?.body?.messages)).toContain('The sum is forty-two.');
    });
  });

  test.skipIf(!nightly || missing(version))('summary: the agent writes one', async () => {
    const summary = { ...settings, GUARDED_CLAUDE_RESUME_DIALOG: 'summary' };
    await onGuard({ version, settings: summary }, async (guarded) => {
      await resumeOld(guarded);
      await guarded.until('the menu is answered', () => isChosen(guarded), 40_000);
      expect(choices(guarded)).toEqual(['summary']);
      // Below three exchanges it finds nothing to compact, and says so.
      await guarded.terminal.waitFor('/compact');
    });
  });

  test.skipIf(!nightly || missing(version))('ask: it is the person’s', async () => {
    const ask = { ...settings, GUARDED_CLAUDE_RESUME_DIALOG: 'ask' };
    await onGuard({ version, settings: ask }, async (guarded) => {
      await resumeOld(guarded);
      const { api, terminal } = guarded;
      await terminal.waitFor(/❯ 1\. Resume from summary/);
      await sleep(3_000);
      expect(terminal.text()).toMatch(/❯ 1\. Resume from summary/);
      expect(choices(guarded)).toEqual([]);
      expect(api.turns().map(lastPrompt).filter(isCompaction)).toEqual([]);
      terminal.write('\x1b');
      await terminal.waitFor(/accept edits/);
    });
  });
});
