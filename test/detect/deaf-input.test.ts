/** The person types, and nothing is drawn: a key wakes every event loop that lives. */
import { describe, expect, test } from 'vitest';
import { say, story } from '../support/story.ts';

const deeds = (told: ReturnType<typeof story>) => told.did('cut', 'nudge', 'stop', 'incident');
const key = { type: 'input', kind: 'text', bytes: 1 } as const;

describe('the prompt is free, and the agent sleeps', () => {
  /** As measured in the agent’s last turn. */
  const first = { yields: 10 };
  const before = { yields: 100 };

  function free(begins: object = first, measured: readonly object[] = [{ yields: 55 }, before]) {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0));
    told.wait(2, say.drawing);
    told.tell(say.sample(1_000, begins));
    for (const each of measured) {
      told.wait(2, say.drawing);
      told.tell(say.sample(1_000, each));
    }
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(300);
    return told;
  }

  /** A sample each second, and a key so often. */
  function types(
    told: ReturnType<typeof story>,
    seconds: number,
    everyS: number,
    sample: (second: number) => object,
    pressed: object = key,
  ) {
    for (let second = 0; second < seconds; second++) {
      if (second % everyS === 0) told.tell({ ...key, ...pressed });
      told.wait(1);
      told.tell(say.sample(1_000, sample(second)));
    }
  }

  test.each([1, 5])('its event loop has stopped: no key, each %i s, wakes it', (everyS) => {
    const told = free();
    types(told, 20, everyS, () => ({ yields: 5_000 }));
    expect(told.did('stop')).toHaveLength(1);
  });

  test('it stopped when nobody looked: the first key counts', () => {
    const told = free();
    types(told, 12, 60, () => before);
    expect(told.did('stop')).toHaveLength(1);
  });

  test('it runs, and does nothing with the keys', () => {
    const told = free();
    types(told, 600, 5, (second) => ({ yields: 5_000 + Math.floor(second / 5) }));
    expect(deeds(told)).toEqual([]);
  });

  test('it has nothing to do between keys: one that it does not answer proves nothing', () => {
    const told = free();
    types(told, 600, 600, () => ({ yields: 5_000 }));
    expect(deeds(told)).toEqual([]);
  });

  test('the sample that comes with a key may hold its effect already', () => {
    const told = free();
    told.tell(key);
    told.wait(2);
    told.tell(say.sample(1_000, { yields: 5_000 }));
    told.wait(3);
    told.tell(say.sample(1_000, { yields: 5_001 }));
    types(told, 600, 600, () => ({ yields: 5_001 }));
    expect(deeds(told)).toEqual([]);
  });

  test.each([
    ['the guard has kept the keys', { kept: true }],
    ['the terminal reports', { kind: 'report' }],
  ])('%s: nobody has pressed a key', (_, pressed) => {
    const told = free();
    told.tell(key);
    types(told, 600, 5, () => ({ yields: 5_000 }), pressed);
    expect(deeds(told)).toEqual([]);
  });

  test('it waits for a slow disk: it has minutes', () => {
    const told = free();
    types(told, 200, 5, () => ({ yields: 5_000, state: 'D' }));
    expect(deeds(told)).toEqual([]);
  });

  test('nobody knows how often it goes to sleep', () => {
    const told = free({}, [{}]);
    types(told, 600, 5, () => ({}));
    expect(deeds(told)).toEqual([]);
  });

  test.each([
    ['a wrapper, or an agent whose event loop is in another thread', { yields: 2 }],
    ['a wrapper that has worked for a moment at its start', { yields: 0 }],
  ])('its main thread has never run an event loop: %s', (_, begins) => {
    const told = free(begins, [{ yields: 2 }]);
    types(told, 600, 5, () => ({ yields: 2 }));
    expect(deeds(told)).toEqual([]);
  });

  test('its main thread has worked for some seconds, and its event loop is in another thread', () => {
    const told = free({ yields: 0 }, [{ yields: 40 }, { yields: 42 }]);
    types(told, 600, 5, () => ({ yields: 42 }));
    expect(deeds(told)).toEqual([]);
  });

  test('only its wrapper is left', () => {
    const told = free();
    types(told, 600, 5, () => ({ yields: 2 }));
    expect(deeds(told)).toEqual([]);
  });

  test('it is not measured any more', () => {
    const told = free();
    types(told, 3, 1, () => ({ yields: 5_000 }));
    told.wait(60, key);
    expect(deeds(told)).toEqual([]);
  });
});

test('an agent that starts may wait without an event loop', () => {
  const told = story();
  told.tell(say.started);
  for (let second = 0; second < 60; second++) told.wait(1, key, say.sample(1_000, { yields: 7 }));
  expect(deeds(told)).toEqual([]);
});

describe('a conversation is chosen from a list, and the agent computes', () => {
  const enter = { type: 'input', kind: 'enter', bytes: 1 } as const;
  const list = { type: 'screen', facts: { activity: 'dialog', dialog: 'other' } } as const;

  /** The person looks through the list for a while. */
  function chooses(told: ReturnType<typeof story>) {
    told.tell(list);
    for (let presses = 0; presses < 6; presses++) {
      told.tell(key);
      told.wait(2, say.drawing);
    }
    told.tell(enter);
    told.wait(1, say.drawing);
  }

  /** One core is used fully, as seen each second. */
  function computes(told: ReturnType<typeof story>, seconds: number) {
    told.tell(key);
    for (let second = 1; second <= seconds; second++) {
      told.wait(1);
      told.tell(say.sample(second * 1_000, { state: 'R' }));
    }
  }

  test('that a command has opened: it may read it for as long as after the command itself', () => {
    const told = story();
    told.tell(say.started);
    told.tell({ type: 'screen', facts: { activity: 'idle', draft: true, draftIsCommand: true } });
    told.wait(20);
    told.tell(enter);
    told.wait(1, say.drawing);
    chooses(told);
    computes(told, 110);
    told.tell(say.drawing);
    expect(deeds(told)).toEqual([]);
    computes(told, 14);
    expect(told.did('stop')).toHaveLength(1);
  });

  test('as it starts: the same', () => {
    const told = story();
    told.tell(say.started);
    told.wait(2, say.drawing);
    chooses(told);
    computes(told, 110);
    expect(deeds(told)).toEqual([]);
  });

  test('but an answer to a question of a turn’s is none', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell(say.busy(0));
    told.wait(5, say.drawing);
    chooses(told);
    computes(told, 14);
    expect(told.did('stop')).toHaveLength(1);
  });
});
