/**
 * Holds what the world saw against what a person may expect. Pure; it knows the plan and the world's log, and nothing
 * of what the guard says of itself. One rule for each promise.
 */
import { scriptOf } from './model.ts';
import type { Plan, Turn } from './plan.ts';
import {
  callIdOf,
  type Entry,
  type Happening,
  markOf,
  type RequestSeen,
  type WorldLog,
} from './world-log.ts';

export interface Violation {
  readonly rule: string;
  readonly what: string;
}

type Rule = (plan: Plan, log: WorldLog) => readonly string[];
type Of<Type extends Happening['type']> = Extract<Entry, { type: Type }>;

function entriesOf<Type extends Happening['type']>(log: WorldLog, type: Type): readonly Of<Type>[] {
  return log.entries.filter((entry): entry is Of<Type> => entry.type === type);
}

const bootMs = 5_000;

function isLeftAtBoot(log: WorldLog): boolean {
  const [leaving] = entriesOf(log, 'leaving');
  const seen = entriesOf(log, 'agent.seen').at(-1);
  return leaving !== undefined && seen !== undefined && seen.at > leaving.at - bootMs;
}

/** The person took these back by Esc. */
const takenBack = (plan: Plan) =>
  plan.turns.flatMap(({ tag, meanwhile }) => (meanwhile?.do === 'escape' ? [tag] : []));

const holds = (request: RequestSeen, tag: string) => request.userTexts.some((text) => text.includes(tag));
const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
const timesIn = (text: string, what: string) => text.split(what).length - 1;

/** Trouble of its own, or what the person did changed its course. */
const undisturbed = ({ trouble, meanwhile }: Turn) =>
  trouble === null && meanwhile?.do !== 'escape' && meanwhile?.do !== 'queue';

/**
 * Spans in Unix milliseconds from the beginning of a turn to that of the next, in which the world was healthy: without
 * trouble, and without a stall of the rig, which is a silence on the line.
 */
function healthySpans(plan: Plan, log: WorldLog) {
  const began = entriesOf(log, 'turn.began');
  const stalls = entriesOf(log, 'rig.stalled');
  const leaving = entriesOf(log, 'leaving')[0]?.at ?? Number.POSITIVE_INFINITY;
  return began.flatMap(({ turn, at: from }, index) => {
    const played = plan.turns[turn];
    const to = began[index + 1]?.at ?? leaving;
    const stalled = stalls.some(({ at, ms }) => at > from && at - ms < to);
    return played && undisturbed(played) && !stalled ? [{ turn: played, from, to }] : [];
  });
}

export const rules = {
  'every prompt is answered': (plan, log) => [
    ...entriesOf(log, 'sent')
      .filter(({ tag }) => !takenBack(plan).includes(tag))
      .filter(
        ({ tag }) =>
          !log.requests.some(
            (request) => request.gave === 'final' && request.ended === 'complete' && holds(request, tag),
          ),
      )
      .map(({ tag }) => `${tag} was never answered`),
    ...entriesOf(log, 'turn.endless').map(({ turn }) => `turn ${turn + 1} did not come to its end`),
  ],
  'every prompt stands once in the history, as it was typed': (plan, log) => {
    const all = log.requests.at(-1)?.userTexts.map(plain) ?? [];
    // What is said to a resumed agent stands for a prompt that was lost, and may quote one that was not.
    const own = all.filter((text) => !text.startsWith('You were interrupted.'));
    const unrecorded = entriesOf(log, 'killed').flatMap((killed) => killed.unrecorded);
    return entriesOf(log, 'sent').flatMap(({ tag, text }) => {
      if (unrecorded.includes(tag)) return [];
      const history = own.some((said) => said.includes(tag)) ? own : all;
      const times = timesIn(history.join('\n'), tag);
      if (takenBack(plan).includes(tag)) return times > 1 ? [`${tag} stands there ${times} times`] : [];
      if (times !== 1) return [`${tag} stands there ${times} times`];
      return history.some((said) => said.includes(plain(text)))
        ? []
        : [`${tag} is not what was typed: ${history.find((said) => said.includes(tag))?.slice(0, 200)}`];
    });
  },
  'every command leaves its mark once': (plan, log) =>
    plan.turns.flatMap((turn) => {
      const times = log.effects[markOf(turn.tag)] ?? 0;
      if (times > 1) return [`the command of ${turn.tag} ran ${times} times`];
      const calls = log.requests.filter(({ gave, tag }) => gave === 'call' && tag === turn.tag);
      const last = log.requests.at(-1);
      const result = last?.results.find(({ id }) => id === callIdOf(turn.tag));
      const told = (last?.userTexts ?? []).some((text) => /interrupt/i.test(text));
      if (times === 1 && !result && !told) return [`nobody tells of the command of ${turn.tag}, which ran`];
      if (times === 1 || calls.every(({ ended }) => ended !== 'complete')) return [];
      // A prompt that is sent once more asks for all of it anew.
      if (entriesOf(log, 'sent.again').some(({ tag }) => tag === turn.tag)) return [];
      if (result && !result.isError) return [`the command of ${turn.tag} has a result and left no mark`];
      return undisturbed(turn) || !(told || result) ? [`the command of ${turn.tag} left no mark`] : [];
    }),
  'nobody is touched while healthy': (plan, log) =>
    healthySpans(plan, log).flatMap(({ turn, from, to }) => {
      const killed = entriesOf(log, 'killed').map(({ pid }) => pid);
      const inSpan = ({ at }: { at: number }) => at >= from && at < to;
      // What the turn before has left to do, after a kill say, is not this one's.
      const requests = log.requests.filter((request) => inSpan(request) && request.tag === turn.tag);
      const expected = scriptOf(turn).length;
      return [
        ...requests
          .filter(({ ended }) => ended !== 'complete')
          .map(({ number, ended }) => `request ${number} of ${turn.tag} ended as ${ended}`),
        ...(requests.length > expected
          ? [`${requests.length} requests in ${turn.tag}, not ${expected}`]
          : []),
        ...entriesOf(log, 'agent.gone')
          .filter((entry) => inSpan(entry) && !killed.includes(entry.pid)) // its end may be seen a turn later
          .map(({ pid }) => `agent ${pid} ended in ${turn.tag}`),
      ];
    }),
  'one agent at a time': (_, log) =>
    entriesOf(log, 'agents').map(({ pids }) => `${pids.length} agents lived at once: ${pids.join(', ')}`),
  'an Esc of the person holds': (_, log) =>
    entriesOf(log, 'escape').flatMap(({ at }) => {
      const next = entriesOf(log, 'turn.began').find((entry) => entry.at > at)?.at;
      const until = next ?? entriesOf(log, 'leaving')[0]?.at ?? Number.POSITIVE_INFINITY;
      const asked = log.requests.filter((request) => request.at > at && request.at < until);
      const going = log.requests.filter(
        (request) => request.at < at && (request.endedAt ?? until) > at + 3_000,
      );
      return [
        ...asked.map(({ number }) => `request ${number} was sent after it`),
        ...going.map(({ number }) => `request ${number} went on after it`),
      ];
    }),
  'no key is lost': (_, log) =>
    entriesOf(log, 'keys.lost').map(({ tag, box }) => `${tag} is not in the box: "${box}"`),
  'the end is clean': (plan, log) => {
    const { end } = log;
    if (end === null) return ['it cannot be left'];
    // An agent that boots has no handler for Ctrl+C yet.
    const isInterrupted = end.code === 130 && plan.leave !== 'ctrl-d' && isLeftAtBoot(log);
    return [
      ...((end.code === 0 || isInterrupted) && end.signal === null
        ? []
        : [`exit code ${end.code}, signal ${end.signal}`]),
      ...end.modes.map((mode) => `terminal mode ${mode} is not as before`),
      ...(end.settingsKept ? [] : ['the terminal settings are not as before']),
      ...end.left.map((command) => `a process is left: ${command}`),
      ...end.files.map((file) => `a temporary file is left: ${file}`),
    ];
  },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;

export function check(plan: Plan, log: WorldLog): readonly Violation[] {
  return Object.entries(rules).flatMap(([rule, find]) => find(plan, log).map((what) => ({ rule, what })));
}
