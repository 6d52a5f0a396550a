/** No hook reports the turn: a step of the agent's own shows as it begins to wait, with nothing on its connection since. */
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
