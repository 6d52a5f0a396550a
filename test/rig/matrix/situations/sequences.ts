/** Troubles that come together, one after the other, or at the very moment at which somebody acts. */
import { faults, longTool } from '../../../../src/drill/api/faults.ts';
import { call, type Scenario, say } from '../../../../src/drill/api/scenario.ts';
import { finished, type Stage } from '../../../../src/drill/stage.ts';
import { seesWire } from '../senses.ts';
import type { Scene, Situation } from '../situation.ts';
import { limits, longMs } from '../timing.ts';
import { prompt } from './faults.ts';
import { flapping } from './flapping.ts';
import {
  commandInBackground,
  conversation,
  hasBackground,
  inMidText,
  isSubagent,
  subagentCall,
  words,
} from './props.ts';

const sequence = (
  what: string,
  expect: Situation['expect'],
  play: Situation['play'],
  more: Partial<Situation> = {},
): Situation => ({ group: 'sequence', what, expect, play, ...more });

const faultOf = async (stage: Stage, number = 1): Promise<number> => {
  const broken = () => stage.api.requests.filter(({ faultAt }) => faultAt !== null);
  const request = await stage.api.waitForRequest(
    (candidate) => broken().indexOf(candidate) === number - 1,
    90_000,
  );
  return request.faultAt ?? request.at;
};
const dead = faults['dead-mid-text'].scenario;
const runsCommand = async (stage: Stage) => {
  await stage.api.waitForRequest(({ kind, ended }) => kind === 'main' && ended === 'complete');
  await stage.pause(1_000);
};
/** When the guard will find the dead stream: by the wire after one limit, by the screen after two. */
const findsAfterMs = ({ senses }: Scene) => limits.streamMs * (seesWire(senses) ? 1 : 2);
const blindForSubagents =
  'without hooks a subagent that hangs looks like one whose own tool is at work, and the agent’s own limit ends it';
const half = 'The first half of a sentence that ';

export const sequenceSituations = {
  'away-beside-command': sequence(
    'the API is away while a command runs, and back before it ends',
    { ends: 'turn', most: 'hold', finds: [] }, // what the agent asks beside it may be held
    async ({ stage }) => {
      stage.api.enqueue(longTool(10));
      await stage.submit(prompt);
      await runsCommand(stage);
      const beganAt = Date.now();
      await stage.api.refuse();
      await stage.pause(5_000);
      await stage.api.reopen();
      return beganAt;
    },
  ),
  'away-after-command': sequence(
    'the line goes down while a command runs, and is still down when it ends',
    { ends: 'turn', most: 'hold', finds: ['offline'], findsBlind: [] },
    async ({ stage }) => {
      stage.api.enqueue(longTool(6));
      await stage.submit(prompt);
      await runsCommand(stage);
      const beganAt = Date.now();
      await stage.api.silence();
      await stage.pause(15_000);
      await stage.api.reopen();
      return beganAt;
    },
  ),
  'dead-after-command': sequence(
    'the request with the result of a command gets no answer',
    { ends: 'turn', most: 'cut', finds: ['no-first-byte'] },
    async ({ stage }) => {
      stage.api.enqueue(
        call('Bash', { command: 'echo hi', description: 'Say hi' }),
        faults['no-headers'].scenario,
      );
      await stage.submit(prompt);
      return faultOf(stage);
    },
  ),
  'dead-beside-background': sequence(
    'the stream dies in mid-text while a command runs in the background',
    { ends: 'turn', most: 'cut', finds: ['dead-stream'] },
    async ({ stage }) => {
      // An answer that comes at once leaves nobody the time to see that only a background command runs.
      stage.api.enqueue(commandInBackground(60), [{ do: 'wait', ms: 1_500 }, ...dead]);
      await stage.submit(prompt);
      return faultOf(stage);
    },
    { versions: hasBackground },
  ),
  'dead-compaction': sequence(
    'the request of a compaction gets no answer',
    { ends: 'turn', most: 'cut', finds: ['no-first-byte'] },
    async ({ stage }) => {
      await conversation(stage);
      stage.api.enqueue(faults['no-headers'].scenario);
      await stage.submit('/compact');
      const faultAt = await faultOf(stage);
      await stage.api.waitForRequest(({ at, ended }) => at > faultAt && ended === 'complete', 60_000);
      await stage.pause(3_000);
      // A nudge has the agent say so by itself.
      if (!stage.terminal.text().includes(finished)) await stage.submit(prompt);
      return faultAt;
    },
  ),
  'dead-twice': sequence(
    'the agent’s own retry after the cut is dead, too',
    { ends: 'turn', most: 'cut', finds: ['dead-stream'] },
    async ({ stage }) => {
      stage.api.enqueue(dead, dead);
      await stage.submit(prompt);
      return faultOf(stage);
    },
  ),
  'dead-again': sequence(
    'right after a recovery the next turn dies',
    { ends: 'turn', most: 'cut', finds: ['dead-stream'] },
    async ({ stage }) => {
      stage.api.enqueue(dead, say('The first is done.'), dead);
      await stage.submit(prompt);
      const faultAt = await faultOf(stage);
      await stage.terminal.waitFor('The first is done.', 60_000);
      await stage.submit('and once more');
      await faultOf(stage, 2);
      return faultAt;
    },
  ),
  'one-of-two-subagents-dead': sequence(
    'of two subagents at work one has a dead stream',
    { ends: 'turn', most: 'cut', finds: ['dead-stream'] },
    async (scene) => {
      const { stage } = scene;
      let tries = 0;
      stage.api.respond((request) => {
        if (!isSubagent(request)) return say(finished);
        if (isSubagent(request, 'one')) return say(words(20), 250);
        return tries++ === 0 ? dead : say('Helped.');
      });
      const both = [subagentCall(scene, 'one', false), subagentCall(scene, 'two', false)];
      stage.api.enqueue([{ do: 'start' }, ...both, { do: 'delta', reason: 'tool_use' }, { do: 'stop' }]);
      await stage.submit(prompt);
      return faultOf(stage);
    },
    {
      exceptions: [
        {
          versions: { from: '2.1.329' },
          expect: { finds: [], findsBlind: [] },
          why: 'it runs every subagent in the background, its turn over and its prompt free, and ends a silent one itself after ten minutes',
        },
        {
          versions: { from: '2.0.0', before: '2.1.329' },
          senses: ['hooks-off', 'pty-only'],
          expect: { ends: 'rest', finds: [], findsBlind: [] },
          why: blindForSubagents,
        },
        {
          versions: { before: '2.0.0' },
          expect: { ends: 'rest', finds: [], findsBlind: [] },
          why: blindForSubagents,
        },
      ],
    },
  ),
  'dialog-in-outage': sequence(
    'a permission dialog while the line is down, answered before it is back',
    { ends: 'turn', most: 'hold', finds: ['offline'], findsBlind: [] },
    async ({ stage }) => {
      stage.api.enqueue(call('Bash', { command: 'touch allowed', description: 'Touch a file' }));
      await stage.submit(prompt);
      await stage.terminal.waitFor('Do you want to proceed?');
      const beganAt = Date.now();
      await stage.api.silence();
      await stage.pause(longMs);
      stage.terminal.write('1');
      await stage.pause(10_000);
      await stage.api.reopen();
      return beganAt;
    },
    { tools: 'ask' },
  ),
  'escape-before-cure': sequence(
    'the stream dies, and the person presses Esc just before the guard would act',
    { ends: 'prompt', most: 'none', finds: [] },
    async (scene) => {
      const { stage } = scene;
      stage.api.enqueue(dead);
      await stage.submit(prompt);
      const faultAt = await faultOf(stage);
      await stage.pause(Math.max(0, faultAt + findsAfterMs(scene) - 1_000 - Date.now()));
      stage.terminal.write('\x1b');
      await stage.pause(longMs);
      return faultAt;
    },
  ),
  'escape-at-cure': sequence(
    'the stream dies, and the person presses Esc at the moment at which the guard acts',
    { ends: 'prompt', most: 'cut', finds: [] },
    async (scene) => {
      const { stage } = scene;
      stage.api.enqueue(dead);
      await stage.submit(prompt);
      const faultAt = await faultOf(stage);
      while (stage.incidents().length === 0 && Date.now() < faultAt + 20_000) await stage.pause(5);
      stage.terminal.write('\x1b');
      await stage.pause(longMs);
      return faultAt;
    },
  ),
  'comes-alive-at-cure': sequence(
    'the silent stream goes on at the very moment at which the guard would act',
    { ends: 'turn', most: 'cut', finds: [] },
    async (scene) => {
      const { stage } = scene;
      const late: Scenario = [
        { do: 'start' },
        { do: 'text', text: half, everyMs: 20 },
        { do: 'wait', ms: findsAfterMs(scene) },
        ...say(finished).slice(1),
      ];
      stage.api.enqueue(late);
      await stage.submit(prompt);
      return (await stage.api.waitForRequest(({ kind }) => kind === 'main')).at;
    },
  ),
  'draft-beside-dead-stream': sequence(
    'the stream dies while the person has a draft in the input box, which must not be lost',
    { ends: 'turn', most: 'cut', mostBlind: 'ask', finds: ['dead-stream'] },
    async ({ stage }) => {
      stage.api.enqueue(dead);
      await stage.submit(prompt);
      const faultAt = await faultOf(stage);
      stage.terminal.write('my next thought');
      await stage.terminal.waitFor('my next thought');
      return faultAt;
    },
    {
      check: ({ stage }) => (stage.terminal.text().includes('my next thought') ? null : 'the draft is lost'),
    },
  ),
  'guard-stopped': sequence(
    'the guard itself is stopped for a while in mid-text (SIGSTOP, SIGCONT), as by a machine that swaps',
    { ends: 'turn', most: 'none', finds: [] },
    async ({ stage }) => {
      stage.api.enqueue(say(`${words(60)} ${finished}`, 100));
      await stage.submit(prompt);
      await inMidText(stage);
      const beganAt = Date.now();
      const guard = stage.status()?.pid;
      if (guard === undefined) throw new Error('the guard has no status');
      process.kill(guard, 'SIGSTOP');
      await stage.pause(longMs);
      process.kill(guard, 'SIGCONT');
      return beganAt;
    },
  ),
  'slow-reader': sequence(
    'the terminal takes no output for a while (Ctrl+S, a slow line, a sleeping laptop on the other side)',
    { ends: 'turn', most: 'none', finds: [] },
    async ({ stage }) => {
      stage.api.enqueue(say(`${words(60)} ${finished}`, 200));
      await stage.submit(prompt);
      await inMidText(stage);
      const beganAt = Date.now();
      stage.terminal.pause();
      await stage.pause(longMs * 2);
      stage.terminal.resume();
      return beganAt;
    },
  ),
  flapping: flapping(60_000),
  /** Ten minutes each: with all senses only; the shorter one above is played with every set of them. */
  'flapping-ten-minutes': { ...flapping(600_000), senses: ['all'] },
} as const satisfies Record<string, Situation>;
