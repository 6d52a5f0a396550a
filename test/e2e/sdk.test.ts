/**
 * The real Agent SDK with the real agent under the guard: whatever happens to the agent, the host gets its one result.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { lastPrompt } from '../../src/drill/api/api.ts';
import { faults } from '../../src/drill/api/faults.ts';
import { call, say } from '../../src/drill/api/scenario.ts';
import { type Host, type HostOptions, sdkPath, startHost } from '../rig/sdk/host.ts';
import { onPipes, type Stage } from '../support/printed.ts';
import { missing } from '../support/real-agent.ts';
import { until } from '../support/until.ts';

const limitMs = 60_000;
const count = ({ messages }: Host, type: string, subtype?: string) =>
  messages.filter(
    (message) => message.type === type && (subtype === undefined || message.subtype === subtype),
  ).length;

/** One result for each prompt, good, in one conversation that began once for each. */
async function endsWell(host: Host, turns = 1): Promise<void> {
  await until(`${turns} results`, () => count(host, 'result') === turns);
  host.close();
  expect(await host.ended).toBeNull();
  expect([count(host, 'result'), count(host, 'system', 'init')]).toEqual([turns, turns]);
  expect(host.messages.filter(({ is_error }) => is_error)).toEqual([]);
  expect(
    new Set(host.messages.map(({ session_id }) => session_id).filter((id) => id !== undefined)).size,
  ).toBe(1);
}

type Play = (stage: Stage) => Promise<void>;
const started =
  (
    options: HostOptions,
    prompts: readonly string[],
    play: (host: Host, stage: Stage) => Promise<void>,
  ): Play =>
  async (stage) => {
    const host = await startHost(stage, prompts, options);
    try {
      await play(host, stage);
    } finally {
      host.child().kill('SIGTERM');
      await host.ended;
    }
  };

const appends = call('Bash', { command: 'echo once >> ran; sleep 4', description: 'Append, and wait' });

const cases: Readonly<Record<string, Play>> = {
  'killed before it has answered the first request': started(
    {},
    ['say it'],
    async (host, { agentRunning }) => {
      process.kill(await agentRunning(), 'SIGKILL');
      await endsWell(host);
    },
  ),
  'killed in mid-text': started({}, [], async (host, { api, sandbox, agentRunning }) => {
    api.enqueue(faults['dead-mid-text'].scenario);
    host.say('say it');
    await api.waitForRequest(({ faultAt }) => faultAt !== null, limitMs);
    // A file without the prompt cannot be resumed, and its id is taken: the conversation would begin anew under another.
    const isOnRecord = (path: string) => /"type":"user"/.test(readFileSync(path, 'utf8'));
    await until('the prompt is on record', () => sandbox.transcripts().some(isOnRecord));
    process.kill(await agentRunning(), 'SIGKILL');
    await endsWell(host);
    expect(lastPrompt(api.turns().at(-1) as never)).toMatch(/interrupted/);
  }),
  'killed while a tool runs: what it did stands once': started(
    {},
    [],
    async (host, { api, sandbox, agentRunning }) => {
      api.enqueue(appends);
      host.say('append it');
      const file = join(sandbox.project, 'ran');
      await until('the command runs', () => existsSync(file));
      process.kill(await agentRunning(), 'SIGKILL');
      await endsWell(host);
      expect(readFileSync(file, 'utf8')).toBe('once\n');
    },
  ),
  'killed between two turns': started({}, ['the first'], async (host, { agentRunning }) => {
    await until('the first result', () => count(host, 'result') === 1);
    const pid = await agentRunning();
    process.kill(pid, 'SIGKILL');
    await sleep(200);
    host.say('the second');
    await endsWell(host, 2);
  }),
  'stopped in mid-text': started({}, [], async (host, { api, agentRunning }) => {
    api.enqueue(say(Array.from({ length: 40 }, (_, index) => `word${index}`).join(' '), 50));
    host.say('say it');
    await api.waitForRequest(({ kind }) => kind === 'main', limitMs);
    process.kill(await agentRunning(), 'SIGSTOP');
    await endsWell(host);
    expect(api.turns()).toHaveLength(1);
  }),
  'a stream that dies in mid-text': started({}, [], async (host, { api, incidents, agentRunning }) => {
    api.enqueue(faults['dead-mid-text'].scenario);
    const pid = await agentRunning();
    host.say('say it');
    await until('the result', () => count(host, 'result') === 1);
    expect(await agentRunning()).toBe(pid);
    await endsWell(host);
    expect(incidents()).toMatchObject([{ class: 'dead-stream', outcome: 'recovered' }]);
  }),
  'a line that is away for a while': started({}, [], async (host, { standIn, agentRunning }) => {
    await agentRunning();
    standIn?.hold(true);
    host.say('say it');
    await sleep(6_000);
    standIn?.hold(false);
    await endsWell(host);
  }),
};

/** A person is asked for each command. */
const asked: Play = async (stage) => {
  const questions: { readonly signal: AbortSignal; readonly answer: (value: unknown) => void }[] = [];
  const canUseTool = (_name: string, updatedInput: unknown, { signal }: { readonly signal: AbortSignal }) =>
    new Promise((resolve) => {
      questions.push({ signal, answer: () => resolve({ behavior: 'allow', updatedInput }) });
    });
  await started(
    { options: { canUseTool, permissionMode: 'default', settingSources: [] } },
    [],
    async (host, given) => {
      const { api, sandbox, incidents, agentRunning } = given;
      api.enqueue(appends);
      host.say('append it');
      await until('the question', () => questions.length === 1);
      await sleep(8_000); // longer than every limit here: a person thinks
      expect(incidents()).toEqual([]);
      process.kill(await agentRunning(), 'SIGKILL');
      await until('the question is withdrawn', () => questions[0]?.signal.aborted === true);
      questions[0]?.answer(null);
      await endsWell(host);
      expect(existsSync(join(sandbox.project, 'ran'))).toBe(false);
    },
  )(stage);
};

describe.concurrent.each(['2.1.332', '2.1.126'] as const)(
  'Claude Code %s',
  { timeout: 150_000 },
  (version) => {
    describe.skipIf(missing(version) || sdkPath() === null)('under the Agent SDK', () => {
      test.each(Object.entries(cases))('%s', async (_name, play) => onPipes(version, play));

      test('killed while a person is asked: the question is withdrawn, a late answer is for nobody', () =>
        onPipes(version, asked));
    });
  },
);
