/**
 * Healthy phases that look like a freeze to a hasty eye (the list is that of docs: long tools, long thinking, dialogs,
 * limits, background work). Each lasts longer than the limits that a wrong judge would hold against it.
 */
import { faults, longTool } from '../../../../src/drill/api/faults.ts';
import { call, type Scenario, say } from '../../../../src/drill/api/scenario.ts';
import { finished } from '../../../../src/drill/stage.ts';
import type { Expectation, Scene, Situation } from '../situation.ts';
import { limits, longMs, veryLongMs } from '../timing.ts';
import { inRange } from '../version-range.ts';
import { prompt } from './faults.ts';
import {
  commandInBackground,
  conversation,
  hasBackground,
  isSubagent,
  slowServer,
  slowServerListed,
  subagent,
  subagentCall,
  subagentDone,
  words,
} from './props.ts';

const seconds = (ms: number) => Math.round(ms / 1000);

const alone: Expectation = { ends: 'turn', most: 'none', finds: [] };
const resting: Expectation = { ends: 'rest', most: 'none', finds: [] };
const atPrompt: Expectation = { ...resting, ends: 'prompt' };
const healthy = (what: string, play: Situation['play'], more: Partial<Situation> = {}): Situation => ({
  group: 'healthy',
  what,
  expect: alone,
  play,
  ...more,
});

/** What appears in the agent's first seconds is taken for a server of its own, where it has no session of its own. */
const serversAreUp = async ({ stage, version }: Scene) => {
  if (inRange(version, { before: '2.0.0' })) await stage.pause(5_000);
};

/** A hook of the user's own, such as a linter or a test run. */
const slowHook = (event: string): Partial<Situation> => ({
  prepare: () => ({
    userSettings: {
      permissions: { defaultMode: 'acceptEdits', allow: ['Bash'] },
      hooks: {
        [event]: [{ matcher: '', hooks: [{ type: 'command', command: `sleep ${seconds(veryLongMs)}` }] }],
      },
    },
  }),
});

/** Queues the answers, submits. */
async function turn({ stage }: Scene, ...answers: readonly Scenario[]): Promise<number> {
  const beganAt = Date.now();
  stage.api.enqueue(...answers);
  await stage.submit(prompt);
  return beganAt;
}

const end: Scenario = [{ do: 'text', text: finished }, { do: 'delta' }, { do: 'stop' }];

export const healthySituations = {
  idle: healthy(
    'nobody asks anything',
    async ({ stage }) => {
      const beganAt = Date.now();
      await stage.pause(veryLongMs);
      return beganAt;
    },
    { expect: atPrompt },
  ),
  'permission-dialog': healthy(
    'a permission dialog that nobody answers for long',
    async (scene) => {
      const { stage } = scene;
      const beganAt = await turn(
        scene,
        call('Bash', { command: 'touch allowed', description: 'Touch a file' }),
      );
      await stage.terminal.waitFor('Do you want to proceed?');
      await stage.pause(veryLongMs);
      stage.terminal.write('1');
      return beganAt;
    },
    { tools: 'ask' },
  ),
  'silent-command': healthy('a command that prints nothing, longer than every limit', (scene) =>
    turn(scene, longTool(seconds(veryLongMs))),
  ),
  'printing-command': healthy('a command that prints a line each second', (scene) =>
    turn(
      scene,
      call('Bash', {
        command: `for i in $(seq ${seconds(veryLongMs)}); do echo line $i; sleep 1; done`,
        description: 'Print',
      }),
    ),
  ),
  'parallel-commands': healthy('two silent commands in one answer', (scene) =>
    turn(scene, [
      { do: 'start' },
      { do: 'text', text: 'Two at once. ' },
      ...[1, 2].map(
        (number) =>
          ({
            do: 'tool',
            name: 'Bash',
            input: { command: `for i in 1 2 3 4 5 6; do sleep 1; done; echo ${number}`, description: 'Wait' },
          }) as const,
      ),
      { do: 'delta', reason: 'tool_use' },
      { do: 'stop' },
    ]),
  ),
  'thinking-deltas': healthy('long thinking, a word at a time', (scene) =>
    turn(scene, [
      { do: 'start' },
      { do: 'thinking', text: words(seconds(longMs) * 4), everyMs: 250 },
      ...end,
    ]),
  ),
  'pings-only': healthy('long thinking of which nothing is sent but pings', (scene) =>
    turn(scene, [{ do: 'start' }, { do: 'ping', everyMs: 1_000, times: seconds(veryLongMs) }, ...end]),
  ),
  'late-first-byte': healthy('a first byte that comes late, but below the limit', (scene) =>
    turn(scene, [{ do: 'wait', ms: limits.firstByteMs * 0.75 }, ...say(finished)]),
  ),
  'late-after-command': healthy(
    'the answer to the result of a command comes late, but below the limit',
    (scene) => turn(scene, longTool(2), [{ do: 'wait', ms: limits.firstByteMs * 0.75 }, ...say(finished)]),
  ),
  'long-text': healthy('a long answer in an even flow', (scene) =>
    turn(scene, say(`${words(seconds(longMs) * 10)} ${finished}`, 100)),
  ),
  'usage-limit-wait': healthy(
    'a usage limit is reached, and nobody does anything for long',
    async (scene) => {
      const { stage } = scene;
      const beganAt = await turn(scene, faults['usage-limit'].scenario);
      await stage.pause(veryLongMs);
      return beganAt;
    },
    { expect: resting },
  ),
  'retry-countdown': healthy('the agent counts down to its own retry, twice', (scene) =>
    turn(scene, faults['error-429'].scenario, faults['error-429'].scenario),
  ),
  'background-command': healthy(
    'a command in the background, and a free prompt',
    async (scene) => {
      const { stage } = scene;
      const beganAt = await turn(scene, commandInBackground(seconds(veryLongMs)), say(finished));
      await stage.terminal.waitFor(finished);
      await stage.pause(veryLongMs);
      return beganAt;
    },
    { versions: hasBackground },
  ),
  'foreground-subagent': healthy(
    'a subagent works for long, and the main turn waits for it',
    async (scene) => {
      const { stage } = scene;
      stage.api.respond((request) => {
        if (isSubagent(request)) return say(words(seconds(longMs) * 4), 250);
        return say(finished);
      });
      const beganAt = await turn(scene, subagent(scene, 'one', false));
      await subagentDone(stage, 'one');
      return beganAt;
    },
  ),
  'background-subagent': healthy(
    'a subagent works in the background, and the prompt is free',
    async (scene) => {
      const { stage } = scene;
      stage.api.respond((request) =>
        isSubagent(request) ? say(words(seconds(longMs) * 4), 250) : say(finished),
      );
      const beganAt = await turn(scene, subagent(scene, 'one', true));
      await stage.terminal.waitFor(finished);
      await subagentDone(stage, 'one');
      return beganAt;
    },
    { versions: { from: '2.1.126' } },
  ),
  'two-subagents': healthy(
    'two subagents at once, one that writes and one that runs a command',
    async (scene) => {
      const { stage } = scene;
      let commands = 0;
      stage.api.respond((request) => {
        if (!isSubagent(request)) return say(finished);
        if (isSubagent(request, 'one')) return say(words(seconds(longMs) * 4), 250);
        return commands++ === 0 ? longTool(seconds(longMs)) : say('Waited.');
      });
      const both = [subagentCall(scene, 'one', false), subagentCall(scene, 'two', false)];
      const beganAt = await turn(scene, [
        { do: 'start' },
        ...both,
        { do: 'delta', reason: 'tool_use' },
        { do: 'stop' },
      ]);
      await subagentDone(stage, 'one');
      await subagentDone(stage, 'two');
      return beganAt;
    },
  ),
  'slow-mcp': healthy(
    'an MCP call that takes long',
    async (scene) => {
      await slowServerListed(scene.stage);
      return turn(scene, call('mcp__slow__wait', { seconds: seconds(veryLongMs) }));
    },
    {
      prepare: slowServer,
      check: ({ stage }) =>
        JSON.stringify(stage.api.requests.at(-1)?.body?.messages).includes('waited')
          ? null
          : 'no call was made',
    },
  ),
  'slow-tool-hook': healthy(
    "a hook of the person's before a tool takes long",
    async (scene) => {
      await serversAreUp(scene);
      return await turn(scene, call('Bash', { command: 'echo hi', description: 'Say hi' }));
    },
    slowHook('PreToolUse'),
  ),
  'slow-result-hook': healthy(
    "a hook of the person's after a tool takes long",
    async (scene) => {
      await serversAreUp(scene);
      return await turn(scene, call('Bash', { command: 'echo hi', description: 'Say hi' }));
    },
    slowHook('PostToolUse'),
  ),
  'slow-prompt-hook': healthy(
    "a hook of the person's on the prompt takes long",
    async (scene) => {
      await serversAreUp(scene);
      return await turn(scene, say(finished));
    },
    { ...slowHook('UserPromptSubmit'), oneTurn: true },
  ),
  'slow-stop-hook': healthy(
    "a hook of the person's at the end of the turn takes long",
    async (scene) => {
      await serversAreUp(scene);
      const beganAt = await turn(scene, say(finished));
      await scene.stage.terminal.waitFor(finished);
      await scene.stage.pause(veryLongMs);
      return beganAt;
    },
    { ...slowHook('Stop'), oneTurn: true },
  ),
  compaction: healthy('a compaction that takes its time', async (scene) => {
    const { stage } = scene;
    await conversation(stage);
    const beganAt = Date.now();
    stage.api.enqueue(say(`<summary>${words(seconds(longMs) * 4)}</summary>`, 250));
    const before = stage.api.turns().length;
    await stage.submit('/compact');
    await stage.api.waitForRequest(
      (request) => stage.api.turns().indexOf(request) === before && request.ended === 'complete',
    );
    await stage.pause(1_000);
    await stage.submit(prompt);
    return beganAt;
  }),
} as const satisfies Record<string, Situation>;
