/** The checker finds what is planted into a log in which all is well: one rule at least for each promise. */
import { describe, expect, test } from 'vitest';
import { check, type RuleName } from './check.ts';
import type { Plan, Turn } from './plan.ts';
import {
  callIdOf,
  type Entry,
  type Happening,
  markOf,
  type RequestSeen,
  type WorldLog,
} from './world-log.ts';

const turn = (tag: string, more: Partial<Turn> = {}): Turn => ({
  tag,
  task: 'text',
  trouble: null,
  entry: 'typed',
  meanwhile: null,
  ...more,
});

const planWith = (...turns: readonly Turn[]): Plan => ({
  seed: 1,
  version: '2.1.329',
  senses: 'all',
  surroundings: 'first-party',
  helpers: 'refused',
  tools: 'allow',
  dialogMs: 500,
  leave: '/exit',
  turns,
});

const plan = planWith(turn('first'), turn('second', { task: 'tool' }));
const happened = (at: number, happening: Happening): Entry => ({ at, ...happening });
const sent = (tag: string) => ({ type: 'sent', tag, text: `Do ${tag}, please.` }) as const;
const result = { id: callIdOf('second'), isError: false, text: '' };

const request = (number: number, at: number, tag: string, more: Partial<RequestSeen> = {}): RequestSeen => ({
  number,
  at,
  endedAt: at + 500,
  ended: 'complete',
  gave: 'final',
  tag,
  userTexts: ['Do first, please.', 'Do second, please.'].slice(0, tag === 'first' ? 1 : 2),
  results: [],
  ...more,
});

const requests: readonly RequestSeen[] = [
  request(1, 1_100, 'first'),
  request(2, 5_100, 'second', { gave: 'call' }),
  request(3, 6_100, 'second', { results: [result] }),
];

const entries: readonly Entry[] = [
  happened(0, { type: 'agent.seen', pid: 7 }),
  happened(1_000, { type: 'turn.began', turn: 0 }),
  happened(1_050, sent('first')),
  happened(4_000, { type: 'turn.ended', turn: 0 }),
  happened(5_000, { type: 'turn.began', turn: 1 }),
  happened(5_050, sent('second')),
  happened(9_000, { type: 'turn.ended', turn: 1 }),
  happened(9_500, { type: 'leaving' }),
  happened(9_900, { type: 'agent.gone', pid: 7 }),
];

const end = { code: 0, signal: null, modes: [], settingsKept: true, left: [], files: [] };
const well: WorldLog = { entries, requests, effects: { [markOf('second')]: 1 }, end };

const adding = (...more: readonly Entry[]): WorldLog => ({
  ...well,
  entries: [...entries, ...more].sort((a, b) => a.at - b.at),
});
const lastRequest = (more: Partial<RequestSeen>): WorldLog => ({
  ...well,
  requests: requests.map((one, index) => (index === requests.length - 1 ? { ...one, ...more } : one)),
});

test('nothing is found where all is well', () => {
  expect(check(plan, well)).toEqual([]);
});

const escaped = planWith(
  turn('first', { meanwhile: { do: 'escape', at: { after: 'answer', ms: 0 }, tag: 'x' } }),
  turn('second', { task: 'tool' }),
);
const troubled = planWith(
  turn('first'),
  turn('second', { task: 'tool', trouble: { type: 'kill', at: { after: 'answer', ms: 0 } } }),
);

test('what the agent had not put on record died with it', () => {
  const gone = lastRequest({ userTexts: ['Do second, please.'] });
  const killed = happened(4_500, { type: 'killed', pid: 7, unrecorded: ['first'] });
  expect(check(plan, { ...gone, entries: [...gone.entries, killed] }).map(({ rule }) => rule)).not.toContain(
    'every prompt stands once in the history, as it was typed',
  );
});

const planted: [rule: RuleName, what: string, log: WorldLog, plan?: Plan][] = [
  ['every prompt is answered', 'a prompt without an answer', lastRequest({ ended: 'abandoned' }), troubled],
  [
    'every prompt is answered',
    'a turn without an end',
    adding(happened(8_000, { type: 'turn.endless', turn: 1 })),
  ],
  [
    'every prompt stands once in the history, as it was typed',
    'a prompt that is gone',
    lastRequest({ userTexts: ['Do second, please.'] }),
  ],
  [
    'every prompt stands once in the history, as it was typed',
    'a prompt that stands there twice',
    lastRequest({ userTexts: ['Do first, please.', 'Do first, please.', 'Do second, please.'] }),
  ],
  [
    'every prompt stands once in the history, as it was typed',
    'a prompt that lost a word',
    lastRequest({ userTexts: ['Do first, please.', 'Do second.'] }),
  ],
  [
    'every command leaves its mark once',
    'a command that ran twice',
    { ...well, effects: { [markOf('second')]: 2 } },
  ],
  ['every command leaves its mark once', 'a healthy command that did not run', { ...well, effects: {} }],
  [
    'every command leaves its mark once',
    'a command of unknown outcome of which nobody is told',
    { ...lastRequest({ results: [] }), effects: {} },
    troubled,
  ],
  [
    'every command leaves its mark once',
    'a command that ran, and nobody is told',
    lastRequest({ results: [] }),
    troubled,
  ],
  [
    'nobody is touched while healthy',
    'a healthy answer that was given up',
    {
      ...well,
      requests: [...requests, request(4, 3_000, 'first', { ended: 'abandoned' })].sort((a, b) => a.at - b.at),
    },
  ],
  [
    'nobody is touched while healthy',
    'a request that nobody needed',
    { ...well, requests: [...requests, request(4, 8_000, 'second', { results: [result] })] },
  ],
  [
    'nobody is touched while healthy',
    'an agent that ended',
    adding(happened(3_000, { type: 'agent.gone', pid: 7 })),
  ],
  ['one agent at a time', 'two agents', adding(happened(3_000, { type: 'agents', pids: [7, 8] }))],
  ['an Esc of the person holds', 'a request after Esc', adding(happened(1_080, { type: 'escape' })), escaped],
  [
    'an Esc of the person holds',
    'an answer that Esc did not end',
    {
      ...adding(happened(1_200, { type: 'escape' })),
      requests: requests.map((one) => (one.number === 1 ? { ...one, endedAt: 4_900 } : one)),
    },
    escaped,
  ],
  [
    'no key is lost',
    'a draft that is gone',
    adding(happened(3_000, { type: 'keys.lost', tag: 'x', box: '' })),
  ],
  ['the end is clean', 'a guard that stays', { ...well, end: null }],
  ['the end is clean', 'another exit code', { ...well, end: { ...end, code: 1 } }],
  ['the end is clean', 'a mode left on', { ...well, end: { ...end, modes: ['?1003'] } }],
  ['the end is clean', 'other terminal settings', { ...well, end: { ...end, settingsKept: false } }],
  ['the end is clean', 'a process left behind', { ...well, end: { ...end, left: ['12 sleep 5'] } }],
  ['the end is clean', 'a file left behind', { ...well, end: { ...end, files: ['guarded-claude-x'] } }],
];

describe('it is found, and nothing else:', () => {
  test.each(planted)('%s: %s', (rule, _, log, other) => {
    expect(new Set(check(other ?? plan, log).map((violation) => violation.rule))).toEqual(new Set([rule]));
  });
});

describe('it is no fault:', () => {
  test('a command of unknown outcome that did not run, where the model is told', () => {
    const told = lastRequest({
      results: [],
      userTexts: ['Do first, please.', 'Do second, please.', 'You were interrupted.'],
    });
    expect(check(troubled, { ...told, effects: {} })).toEqual([]);
  });

  test('an answer that was given up while the rig itself stood still', () => {
    const again = [...requests, request(4, 5_700, 'second', { ended: 'abandoned' })];
    const log = adding(happened(5_900, { type: 'rig.stalled', ms: 2_000 }));
    expect(check(plan, { ...log, requests: again.sort((a, b) => a.at - b.at) })).toEqual([]);
  });

  test('a request that was given up in trouble', () => {
    const again = [...requests, request(4, 5_700, 'second', { ended: 'abandoned', gave: 'fault' })];
    expect(check(troubled, { ...well, requests: again.sort((a, b) => a.at - b.at) })).toEqual([]);
  });

  test('a prompt that the person took back', () => {
    const log = adding(happened(1_700, { type: 'escape' }));
    const without = log.requests.map((one) => ({
      ...one,
      userTexts: one.userTexts.filter((text) => one.number === 1 || !text.includes('first')),
    }));
    expect(check(escaped, { ...log, requests: without })).toEqual([]);
  });
});
