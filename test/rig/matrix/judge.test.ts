import { describe, expect, test } from 'vitest';
import type { IncidentRecord } from '../../../src/records/incidents.ts';
import { judge, judgeRecord, type Right, rightFor, type Seen } from './judge.ts';
import type { Situation } from './situation.ts';
import { situations } from './situations/index.ts';

const good: Seen = {
  ended: true,
  alive: true,
  sawTwo: false,
  before: [],
  tested: [],
  after: [],
  next: null,
  left: [],
  checked: null,
};
const cut: Right = { ends: 'turn', most: 'cut', finds: ['dead-stream'], newProcess: false };
const nothing: Right = { ends: 'turn', most: 'none', finds: [], newProcess: false };

describe('what the world saw', () => {
  test('is right where the turn ended and nobody was touched harder than is right', () => {
    expect(judge(cut, { ...good, tested: ['cut'] })).toEqual({ falseTouches: 0, problem: null });
    expect(judge(nothing, good)).toEqual({ falseTouches: 0, problem: null });
  });

  test.each([
    ['an answer broken off while healthy', nothing, { tested: ['cut'] }, 'touched: cut'],
    ['words typed where a cut was enough', cut, { tested: ['cut', 'typed'] }, 'touched: typed'],
    ['another process', cut, { tested: ['relaunched'] }, 'another process; touched: relaunched'],
    ['a touch in the turn before', cut, { before: ['cut'] }, 'touched in the healthy turn before: cut'],
    ['a touch in the turn after', cut, { after: ['cut'] }, 'touched in the healthy turn after: cut'],
    ['a turn without an end', cut, { ended: false }, 'the turn did not come to its end'],
    ['a session that takes no next prompt', cut, { next: 'no answer' }, 'the turn after it: no answer'],
    ['no agent', cut, { alive: false }, 'the agent is gone'],
    ['two agents', cut, { sawTwo: true }, 'two agents at a time'],
    ['a process that is left', cut, { left: ['7 git'] }, 'left behind: 7 git'],
  ] as const)('is wrong: %s', (_, right, seen, problem) => {
    expect(judge(right, { ...good, ...seen }).problem).toBe(problem);
  });
});

const incident = (more: Partial<IncidentRecord>) =>
  ({ class: 'dead-stream', outcome: 'recovered', actions: [], ...more }) as IncidentRecord;

describe('the record', () => {
  test('may tell the story that is expected', () => {
    expect(judgeRecord(cut, [incident({})])).toBeNull();
    expect(judgeRecord(nothing, [])).toBeNull();
  });

  test('may tell another one', () => {
    expect(judgeRecord(cut, [])).toBe('not on record');
    expect(judgeRecord(cut, [incident({ class: 'offline' })])).toBe('called offline');
    expect(judgeRecord(nothing, [incident({ outcome: 'gave_up' })])).toBe('dead-stream ended as gave_up');
  });
});

test('an exception holds for a range of versions', () => {
  const row: Situation = {
    ...(situations['dead-mid-text'] as Situation),
    exceptions: [{ versions: { from: '2.1.100', before: '2.1.300' }, expect: { most: 'ask' }, why: '' }],
  };
  const maxOn = (version: string) => rightFor(row, version, 'all').most;
  expect(['2.1.99', '2.1.100', '2.1.299', '2.1.300'].map(maxOn)).toEqual(['cut', 'ask', 'ask', 'cut']);
});
