/** No hook reports the turn: a step of the agent's own shows as it begins to wait, with nothing on its connection since. */
import { describe, expect, test } from 'vitest';
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

  test('and nothing is asked: the next request has the time of one that follows an own step', () => {
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
