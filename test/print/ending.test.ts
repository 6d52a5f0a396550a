import { expect, test } from 'vitest';
import { type Ending, finalCode, judgeEnding } from '../../src/print/ending.ts';

const end: Ending = {
  code: 0,
  signal: null,
  failure: null,
  answers: 1,
  done: false,
  silent: false,
  idle: false,
};

test.each<[string, Partial<Ending>, ReturnType<typeof judgeEnding>]>([
  ['a good end', {}, 'final'],
  ['a good end right after a cut', { silent: true }, 'interrupted'],
  ['ended by a signal', { code: null, signal: 'SIGKILL' }, 'interrupted'],
  ['ended by a signal after a complete answer', { code: null, signal: 'SIGKILL', done: true }, 'final'],
  ['a wrapper whose agent was killed', { code: 137 }, 'interrupted'],
  ['asked to end', { code: 143 }, 'final'],
  ['asked to end by Ctrl+\\', { code: 131 }, 'final'],
  ['an agent that should have continued, and did nothing', { idle: true, answers: 0 }, 'interrupted'],
  ['a lost connection that only the agent reports', { failure: 'connection' }, 'interrupted'],
  ['a limit that only the agent reports', { failure: 'rate-limit' }, 'final'],
  ['connection lost with work done', { code: 1, failure: 'connection' }, 'interrupted'],
  ['overloaded with work done', { code: 1, failure: 'overloaded' }, 'interrupted'],
  ['overloaded from the start', { code: 1, failure: 'overloaded', answers: 0 }, 'final'],
  ['a limit', { code: 1, failure: 'rate-limit' }, 'final'],
  ['a refused conversation', { code: 1, failure: 'history' }, 'final'],
  ['a login', { code: 1, failure: 'person' }, 'final'],
  ['no known error', { code: 1 }, 'final'],
  ['an error after a cut', { code: 2, failure: 'other', silent: true }, 'final'],
])('%s', (_name, part, expected) => {
  expect(judgeEnding({ ...end, ...part })).toBe(expected);
});

test.each<[string, number, Parameters<typeof finalCode>[1], number]>([
  ['a good answer, whatever happens to the agent', 139, { done: true, failure: null }, 0],
  ['all is answered, the last with an error', 139, { done: true, failure: 'connection' }, 1],
  ['an error, whatever the code', 0, { done: false, failure: 'connection' }, 1],
  ['its own code', 3, { done: true, failure: null }, 3],
])('the exit code of %s', (_name, code, end, expected) => {
  expect(finalCode(code, end)).toBe(expected);
});
