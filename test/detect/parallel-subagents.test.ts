/** Several subagents at work at once, and the main turn waits for all of them: each reads answers of its own. */
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { asks, firstTurn, type Story, say, story } from '../support/story.ts';

const cuts = (told: Story) =>
  told.effects.flatMap(({ atS, effect }) =>
    effect.type === 'cut' ? [{ atS, why: effect.why, connections: effect.connections }] : [],
  );
const calls = (toolUseId: string, more: object = {}): Observation => ({
  type: 'tool.started',
  toolUseId,
  tool: 'Task',
  risk: 'read',
  delegates: true,
  ...more,
});
const ends = (toolUseId: string, more: object = {}): Observation => ({
  type: 'tool.finished',
  toolUseId,
  ok: true,
  ...more,
});
const asksFor = (id: number, size: number): Observation => ({
  type: 'connection.bytes',
  id,
  up: size,
  down: 0,
  last: 'up',
});
const command = { tool: 'Bash', risk: 'command', delegates: false } as const;

/** The main turn has its answer, and calls; the subagent on connection 2 asks. */
function delegates(told: Story, ...called: readonly Observation[]): Story {
  told.wait(4, say.bytes(1), say.drawing);
  for (const each of called) told.tell(each);
  for (const id of [2, 3]) told.tell(say.opened(id));
  told.tell(asksFor(2, 60_000));
  return told;
}

describe('a subagent whose connection is dead is noticed at its limit', () => {
  test.each([
    ['alone', 40, []],
    ['another subagent ends', 40, [calls('b')]],
    ['a command ends, during which nothing is judged', 48, [calls('b', command)]],
  ])('in mid-answer: %s', (_, atS, beside) => {
    const told = delegates(asks(), calls('a'), ...beside);
    told.wait(6, say.bytes(2), say.drawing); // until 10 s
    told.wait(8, say.drawing);
    for (const _call of beside) told.tell(ends('b'));
    told.wait(30, say.drawing);
    expect(cuts(told)).toMatchObject([{ atS, why: 'dead-stream' }]);
  });

  test('before the first byte: another subagent ends', () => {
    const told = delegates(asks(), calls('a'), calls('b'));
    told.tell(asksFor(3, 61_000));
    told.wait(10, say.bytes(3), say.drawing);
    told.tell(ends('b'));
    told.wait(115, say.drawing);
    expect(cuts(told)).toMatchObject([{ atS: 124, why: 'no-first-byte' }]);
  });

  test('another subagent is called later, while the answer that calls both is still read', () => {
    const told = delegates(asks(), calls('a'));
    told.wait(3, say.bytes(1), say.drawing);
    told.tell(calls('b'));
    told.wait(117, say.drawing);
    expect(cuts(told)).toMatchObject([{ atS: 124, why: 'no-first-byte' }]);
  });
});

describe('a subagent that waits for the first byte keeps its time, whatever another one reads', () => {
  /** One is read from until 20 s; the other asks for less at 8 s, and is answered at last. */
  function waits(told: Story, ...called: readonly Observation[]): Story {
    delegates(told, ...called);
    told.wait(4, say.bytes(2), say.drawing);
    told.tell(asksFor(3, 58_000));
    told.wait(12, say.bytes(2), say.drawing);
    return told;
  }
  function withoutHooks(): Story {
    const told = story();
    for (const each of [say.started, say.idle, say.busy(0), say.opened(1), say.request(1)]) told.tell(each);
    return told;
  }

  const recorded = { recorded: true };
  test.each([
    ['hooks report the calls', asks, [calls('a'), calls('b')], [ends('b')]],
    ['the record does', withoutHooks, [calls('a', recorded), calls('b', recorded)], [ends('b', recorded)]],
    ['nothing does', withoutHooks, [], []],
  ])('%s', (_, begins, called, ended) => {
    const told = waits(begins(), ...called);
    for (const each of ended) told.tell(each);
    told.wait(100, say.drawing);
    expect(cuts(told)).toEqual([]);
    told.tell(say.bytes(3));
    told.wait(9, say.drawing);
    expect(cuts(told)).toEqual([]);
  });
});

test('a hook of the person’s after a subagent’s tool is seen at work, and has its time', () => {
  const told = delegates(asks(), calls('a'));
  told.wait(3, say.bytes(2), say.drawing);
  told.tell(calls('t', { ...command, agentId: 'x' }));
  told.wait(2, say.drawing);
  told.tell(ends('t', { agentId: 'x' }));
  for (let second = 1; second <= 90; second++)
    told.wait(1, say.drawing, say.sample(0, { helperAgeMs: second * 1_000 }));
  expect(cuts(told)).toEqual([]);
});

test('once no subagent is at work, the end of a call is a step of the turn again', () => {
  const told = delegates(firstTurn(), calls('a'));
  told.wait(3, say.bytes(2), say.drawing);
  told.tell(ends('a'));
  told.wait(100, say.drawing);
  expect(cuts(told)).toEqual([]);
});
