/**
 * The model of an episode: it knows each turn by the tag of the last prompt in the request, and answers with the next
 * piece of that turn's script, whoever asks and however often.
 */
import type { ApiRequest } from '../../../src/drill/api/api.ts';
import { faults } from '../../../src/drill/api/faults.ts';
import type { Block } from '../../../src/drill/api/request.ts';
import { call, type Scenario, type Step, say } from '../../../src/drill/api/scenario.ts';
import type { Plan, Turn } from './plan.ts';
import { dripMs, lateMs } from './timing.ts';
import { answerOf, callIdOf, type Gave, markOf, type RequestSeen, type ToolResult } from './world-log.ts';

export interface Answer {
  readonly gave: Gave;
  readonly scenario: Scenario;
}

export const effectsFile = 'effects.log';

const effect = (tag: string) => `echo ${markOf(tag)} >> ${effectsFile}`;
const someWords = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`).join(' ');

function callOf(tag: string, command: string): Answer {
  const input = { command, description: 'Leave a mark' };
  const scenario = call('Bash', input).map((step) =>
    step.do === 'tool' ? { ...step, id: callIdOf(tag) } : step,
  );
  return { gave: 'call', scenario };
}

/** What the turn gets when nothing goes wrong, in order. */
export function scriptOf({ tag, task }: Pick<Turn, 'tag' | 'task'>): readonly Answer[] {
  const words = answerOf(tag);
  const final = (scenario: Scenario): Answer => ({ gave: 'final', scenario });
  const end = say(words);
  switch (task) {
    case 'text':
      return [final(end)];
    case 'tool':
      return [callOf(tag, effect(tag)), final(end)];
    case 'long-tool':
      return [callOf(tag, `for i in 1 2 3 4 5; do sleep 1; done; ${effect(tag)}`), final(end)];
    case 'thinking':
      return [
        final([
          { do: 'start' },
          { do: 'thinking', text: someWords(20), everyMs: 200 },
          ...end.filter((step) => step.do !== 'start'),
        ]),
      ];
    case 'drip':
      return [final(say(`${someWords(8)} ${words}`, dripMs))];
    case 'late':
      return [final([{ do: 'wait', ms: lateMs }, ...end])];
  }
}

/** The command of a broken answer leaves the turn's mark, so that it is seen whether it ran. */
const marked =
  (tag: string) =>
  (step: Step): Step =>
    step.do === 'tool' && step.part === undefined
      ? { ...step, id: callIdOf(tag), input: { ...step.input, command: effect(tag) } }
      : step;

function answersOf(turn: Turn): Answer[] {
  const broken: Answer[] =
    turn.trouble?.type === 'fault'
      ? [{ gave: 'fault', scenario: faults[turn.trouble.name].scenario.map(marked(turn.tag)) }]
      : [];
  const script = scriptOf(turn);
  // One command for each turn: where the broken answer has one, the turn goes on without.
  const calls = broken.some(({ scenario }) => scenario.some((step) => step.do === 'tool' && !step.part));
  return [...broken, ...(calls ? script.filter(({ gave }) => gave !== 'call') : script)];
}

export interface Model {
  answer(request: ApiRequest): Scenario;
  /** Of a request that was answered. */
  gave(number: number): Gave;
  tagOf(request: ApiRequest): string | null;
}

export function modelOf(plan: Plan): Model {
  const queued = plan.turns.flatMap(({ meanwhile }) => (meanwhile?.do === 'queue' ? [meanwhile.tag] : []));
  const left = new Map<string, Answer[]>([
    ...plan.turns.map((turn): [string, Answer[]] => [turn.tag, answersOf(turn)]),
    ...queued.map((tag): [string, Answer[]] => [tag, [...scriptOf({ tag, task: 'text' })]]),
  ]);
  const given = new Map<number, Gave>();
  const called = new Map<string, Answer>();
  const tagOf = (request: ApiRequest): string | null => {
    const text = userTexts(request).join('\n');
    let last: string | null = null;
    let lastAt = -1;
    for (const tag of left.keys()) {
      const at = text.lastIndexOf(tag);
      if (at > lastAt) [last, lastAt] = [tag, at];
    }
    return last;
  };
  /** A call was given, and the agent was gone before it had it on record: the model would call again. */
  const lostCall = (request: ApiRequest, tag: string): Answer | undefined =>
    JSON.stringify(request.body?.messages ?? []).includes(callIdOf(tag)) ? undefined : called.get(tag);
  return {
    answer(request) {
      const tag = tagOf(request);
      const next = tag === null ? undefined : (lostCall(request, tag) ?? left.get(tag)?.shift());
      if (tag !== null && next?.gave === 'call') called.set(tag, next);
      const last: Answer = { gave: tag === null ? 'other' : 'final', scenario: say(answerOf(tag ?? '')) };
      const { gave, scenario } = next ?? last;
      given.set(request.number, gave);
      // What does not stream comes as a whole: no slower than a first byte may be.
      return gave === 'final' && request.body?.stream !== true ? last.scenario : scenario;
    },
    gave: (number) => given.get(number) ?? 'other',
    tagOf,
  };
}

const blocks = (content: string | readonly Block[]): readonly Block[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

const userBlocks = (request: ApiRequest): readonly Block[] =>
  (request.body?.messages ?? []).flatMap(({ role, content }) =>
    role === 'assistant' ? [] : blocks(content),
  );

/** Texts of the user's messages; some versions put what is said during a call into its result. */
function userTexts(request: ApiRequest): readonly string[] {
  return [...userBlocks(request).flatMap(textOf), ...resultsIn(request).map(({ text }) => text)];
}

const textOf = (block: Block): readonly string[] => (block.type === 'text' ? [String(block.text)] : []);

function resultsIn(request: ApiRequest): readonly ToolResult[] {
  return userBlocks(request).flatMap((block) =>
    block.type === 'tool_result'
      ? [
          {
            id: String(block.tool_use_id),
            isError: block.is_error === true,
            text: blocks((block.content ?? '') as string | readonly Block[])
              .flatMap(textOf)
              .join('\n'),
          },
        ]
      : [],
  );
}

export function seen(request: ApiRequest, model: Model): RequestSeen {
  const { number, at, endedAt, ended } = request;
  return {
    number,
    at,
    endedAt,
    ended,
    gave: model.gave(number),
    tag: model.tagOf(request),
    userTexts: userTexts(request),
    results: resultsIn(request),
  };
}
