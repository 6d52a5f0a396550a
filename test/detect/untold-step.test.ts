/**
 * No hook reports the turn: a step of the agent's own shows as it begins to wait, with nothing on its connection since.
 */
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { say, story } from '../support/story.ts';

const actions = (told: ReturnType<typeof story>) =>
  told.did('cut', 'nudge', 'stop').map((effect) => effect.type);

/** A first turn, which ends well and leaves its connection open. */
function afterTurn() {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell(say.busy(0));
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.wait(5, say.bytes(1), say.drawing, say.busy(12), say.sample(100));
  told.tell(say.idle);
  told.wait(20);
  return told;
}

/** A helper of the agent's own that started so long ago, second by second. */
function helped(told: ReturnType<typeof story>, seconds: number, sinceS = 0) {
  for (let second = 1; second <= seconds; second++)
    told.wait(1, say.drawing, say.sample(100, { helperAgeMs: (sinceS + second) * 1_000 }));
}

describe('a prompt was taken', () => {
  test('and a hook of the person’s runs: nothing is awaited on the connection of the turn before', () => {
    const told = afterTurn();
    told.tell(say.busy(0));
    helped(told, 600);
    expect(actions(told)).toEqual([]);
  });

  test('and a hook runs, while no connection is open: on a dead line one would have been tried', () => {
    const told = afterTurn();
    told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'closed' });
    told.wait(10);
    told.tell(say.busy(0));
    helped(told, 600);
    expect(actions(told)).toEqual([]);
  });

  test('and nothing runs, while no connection is open: nudge', () => {
    const told = afterTurn();
    told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'closed' });
    told.wait(10);
    told.tell(say.busy(0));
    told.wait(250, say.drawing, say.sample(100));
    expect(actions(told)).toEqual(['nudge']);
  });

  test('and nothing is asked: the next request gets the limit after a step of the agent’s own', () => {
    const told = afterTurn();
    told.tell(say.busy(0));
    told.wait(295, say.drawing, say.sample(100));
    expect(actions(told)).toEqual([]);
    told.wait(10, say.drawing, say.sample(100));
    expect(actions(told)).toEqual(['cut']);
  });

  test('and its answer breaks off: a helper from before it excuses nothing', () => {
    const told = afterTurn();
    told.tell(say.busy(0));
    told.tell(say.request(1));
    told.wait(5, say.bytes(1), say.drawing, say.busy(5), say.sample(100));
    helped(told, 31, 5);
    expect(actions(told)).toEqual(['cut']);
  });
});

describe('a prompt was taken, and a request that is not the turn’s is answered in one go', () => {
  /** @param bytes of that request */
  function besides(bytes: number, ...before: readonly Observation[]) {
    const told = afterTurn();
    for (const each of before) told.tell(each);
    told.wait(5);
    told.tell(say.busy(0));
    told.wait(2, say.drawing);
    told.tell(say.opened(2));
    told.tell({ type: 'connection.bytes', id: 2, up: bytes, down: 0, last: 'up' });
    told.tell(say.bytes(2));
    return told;
  }

  test.each([
    ['it is less than a conversation', besides(28_000)],
    ['the record, which tells of requests, tells of none', besides(105_000, { type: 'request.sent' })],
  ])('%s: a hook of the person’s has its time', (_, told) => {
    helped(told, 200, 2);
    expect(actions(told)).toEqual([]);
  });

  test('it may be the turn’s own: its silence counts', () => {
    const told = besides(105_000);
    helped(told, 35, 2);
    expect(actions(told)).toEqual(['cut']);
  });

  test('and the record shows it: its silence counts', () => {
    const told = besides(105_000, { type: 'request.sent' });
    told.tell({ type: 'request.sent' });
    helped(told, 35, 2);
    expect(actions(told)).toEqual(['cut']);
  });
});

test('the peer closes the answer as it begins: nothing is awaited on a connection from before', () => {
  const told = afterTurn();
  told.tell(say.busy(0));
  told.tell(say.opened(2));
  told.tell({ type: 'connection.bytes', id: 2, up: 52_000, down: 0, last: 'up' });
  told.wait(2, say.drawing);
  told.tell({ type: 'connection.bytes', id: 1, up: 9_000, down: 0, last: 'up' });
  told.tell(say.bytes(1));
  told.wait(60, say.drawing);
  told.tell(say.bytes(2));
  told.tell({ type: 'connection.closed', id: 2, by: 'peer', cause: 'closed' });
  told.wait(25, say.drawing);
  expect(actions(told)).toEqual([]);
});

test('a tool has ended, and a hook of the person’s runs', () => {
  const told = afterTurn();
  told.tell(say.busy(0));
  told.tell(say.request(1));
  told.wait(5, say.bytes(1), say.drawing, say.busy(5), say.sample(100));
  told.wait(
    20,
    say.drawing,
    { type: 'screen', facts: { activity: 'tool', tokens: 5 } },
    say.sample(100, { workers: 1 }),
  );
  told.tell(say.busy(5));
  helped(told, 120);
  expect(actions(told)).toEqual([]);
});

describe('a tool has ended, and the next request went up before anything showed that end', () => {
  const toolRow: Observation = { type: 'screen', facts: { activity: 'tool', tokens: 5 } };
  const ofTurn = (told: ReturnType<typeof story>): Observation => ({
    type: 'connection.bytes',
    id: 1,
    up: 60_000,
    down: 0,
    last: 'up',
    requestAt: told.state.evidence.now,
  });

  /** A call whose process is seen at work, and the request that follows it. */
  function asksOn(...before: readonly Observation[]) {
    const told = afterTurn();
    told.tell(say.busy(0));
    told.tell(say.request(1));
    told.wait(3, say.bytes(1), say.drawing, say.busy(5), say.sample(100));
    for (const each of before) told.tell(each);
    told.wait(8, say.drawing, toolRow, say.sample(100, { workers: 1 }));
    told.tell(say.busy(5));
    told.tell(ofTurn(told));
    return told;
  }

  test('in its processes: the request has the time of a first byte from when it went up', () => {
    const told = asksOn();
    told.wait(2, say.drawing);
    told.wait(116, say.drawing, say.sample(100));
    expect(actions(told)).toEqual([]);
    told.wait(4, say.drawing, say.sample(100));
    expect(actions(told)).toEqual(['cut']);
  });

  test('telemetry, which is answered all the time, is not taken for it', () => {
    const told = asksOn();
    told.wait(2, say.drawing);
    told.tell(say.opened(2));
    for (let second = 2; second < 122; second += 10) {
      told.tell({ type: 'connection.bytes', id: 2, up: 6_000, down: 0, last: 'up' });
      told.tell(say.bytes(2));
      told.wait(10, say.drawing, say.sample(100));
    }
    expect(actions(told)).toEqual(['cut']);
  });

  test('on record, which is read late: the same', () => {
    const call = { toolUseId: 'read', recorded: true } as const;
    const told = asksOn({ type: 'tool.started', tool: 'Read', risk: 'read', ...call });
    told.wait(3, say.drawing, say.sample(100));
    told.tell({ type: 'tool.finished', ok: true, ...call });
    told.wait(118, say.drawing, say.sample(100));
    expect(actions(told)).toEqual(['cut']);
  });

  test('telemetry that is as long as the conversation, in the middle of a tool, is not taken for it, either', () => {
    const call = { toolUseId: 'ask', recorded: true } as const;
    const told = asksOn({ type: 'tool.started', tool: 'mcp__server__run', risk: 'unknown', ...call });
    told.tell(say.bytes(1));
    told.wait(80, say.drawing, say.sample(100));
    told.tell({ type: 'tool.finished', ok: true, ...call });
    told.wait(20, say.drawing, say.sample(100));
    expect(actions(told)).toEqual([]);
  });

  test('an answer that breaks off before then is found at its limit', () => {
    const told = asksOn();
    told.wait(1, say.bytes(1), say.drawing);
    told.wait(1, say.drawing);
    told.wait(31, say.drawing, say.sample(100));
    expect(actions(told)).toEqual(['cut']);
  });

  test('a request of the turn before, of whose tool the last sample tells, is not this turn’s', () => {
    const told = asksOn();
    told.tell(say.sample(100, { workers: 1 }));
    told.wait(1, say.bytes(1), say.drawing);
    told.tell(say.idle);
    told.wait(100);
    told.tell(say.busy(0));
    told.wait(2, say.drawing);
    told.wait(50, say.drawing, say.sample(100));
    expect(actions(told)).toEqual([]);
  });

  test('a request from before the tool says nothing of what is asked after it: a hook of the person’s has its time', () => {
    const told = afterTurn();
    told.tell(say.busy(0));
    told.tell(ofTurn(told));
    told.wait(1, say.bytes(1), say.drawing, say.busy(5));
    told.wait(2, say.drawing, toolRow, say.sample(100, { workers: 1 }));
    told.tell(say.busy(5));
    told.wait(50, say.drawing, say.sample(100));
    expect(actions(told)).toEqual([]);
  });
});
