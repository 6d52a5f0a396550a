import { expect, test } from 'vitest';
import { type GuardState, initialState } from '../../src/decide/state.ts';
import { noAgent } from '../../src/detect/evidence/agent.ts';
import type { Connection } from '../../src/detect/evidence/connection.ts';
import type { Evidence } from '../../src/detect/evidence/index.ts';
import { observe } from '../../src/detect/evidence/index.ts';
import { noWire } from '../../src/detect/evidence/wire.ts';
import type { ScreenFacts } from '../../src/events.ts';
import { describe } from '../../src/words/describe.ts';

const state = (changes: Partial<GuardState>, evidence: Partial<Evidence> = {}): GuardState => {
  const initial = initialState(0);
  return { ...initial, ...changes, evidence: { ...initial.evidence, now: 10_000, ...evidence } };
};
const incident = {
  number: 1,
  class: 'dead-stream',
  beganAt: 0,
  detectedAt: 1,
  endedAt: null,
  evidence: [],
  actions: [],
  outcome: 'open',
} as const;
const held = { id: 1, host: 'h', since: 0, cause: 'no-route', attempt: 2, of: 5, nextAt: 14_000 } as const;
const screen = (activity: ScreenFacts['activity'], tokens?: number): Partial<Evidence> => {
  const facts = { activity, ...(tokens === undefined ? {} : { tokens }) };
  const { screen: shown, phase } = observe(initialState(0).evidence, { type: 'screen', facts, at: 0 });
  return { screen: shown, phase };
};

test.each<[string, GuardState, object]>([
  ['a start', state({}), { state: 'starting', message: null, attempt: null, connection: null }],
  ['idle', state({}, screen('idle')), { state: 'idle' }],
  ['a turn', state({}, screen('busy', 42)), { state: 'working', tokens: 42 }],
  ['a dialog', state({}, screen('dialog')), { state: 'blocked', message: 'asks you something' }],
  ['a usage limit', state({}, screen('limit')), { state: 'waiting', message: 'waits for a usage limit' }],
  ['an open incident', state({ incident }, screen('busy')), { state: 'suspect' }],
  [
    'a held connection',
    state(
      { incident, title: 'connection lost, retrying (attempt 2/5), next in 4 s' },
      { wire: { ...noWire, waiting: [held] } },
    ),
    {
      state: 'waiting',
      message: 'connection lost, retrying (attempt 2/5), next in 4 s',
      attempt: { n: 2, of: 5, next_in_ms: 4_000 },
    },
  ],
  [
    'an outage while the agent is down',
    state({ name: 'down', probing: { failures: 3, nextAt: 12_500 } }),
    { state: 'recovering', attempt: { n: 3, of: null, next_in_ms: 2_500 } },
  ],
  ['a relaunch', state({ name: 'launching' }), { state: 'recovering', message: 'resuming the session' }],
  ['out of cures', state({ name: 'asking', title: 'stuck (x): needs you' }), { state: 'gave_up' }],
  ['paused', state({ paused: true }, screen('busy')), { state: 'paused' }],
  [
    'the end',
    state(
      { name: 'finished' },
      { agent: { ...noAgent(0), pid: 1, exit: { at: 0, code: 0, signal: null, outOfMemory: false } } },
    ),
    { state: 'ended', agent_pid: null },
  ],
])('%s', (_name, guard, expected) => {
  expect(describe(guard)).toMatchObject(expected);
});

test('silence counts from the latest byte on any open connection', () => {
  const connection: Connection = {
    id: 1,
    host: 'h',
    openedAt: 0,
    openedMoment: 0,
    stage: 'answer',
    lastUpAt: 0,
    lastDownAt: 7_000,
    requestAt: null,
    answerAt: null,
    requestSize: 0,
  };
  const connections = [connection, { ...connection, id: 2, openedAt: 1_000, lastDownAt: null }];
  const wire = { ...noWire, seen: 2 };
  expect(describe(state({}, { wire: { ...wire, connections } })).connection).toEqual({
    open: 2,
    silent_ms: 3_000,
  });
  expect(describe(state({}, { wire })).connection).toEqual({ open: 0, silent_ms: null });
});
