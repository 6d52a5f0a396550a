/** The agent counts down to its own retry: it is left alone until then, and its next request is judged as any other. */
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { asks, say, story } from '../support/story.ts';

const cures = (told: ReturnType<typeof story>) =>
  told.did('cut', 'nudge', 'stop').map((effect) => effect.type);
const countdown = (attempt: number, inMs?: number): Observation => ({
  type: 'screen',
  facts: { activity: 'retrying', retry: { attempt, of: 10, ...(inMs !== undefined && { inMs }) } },
});

/** Its request is refused a second later. */
function refused() {
  const told = asks();
  told.wait(1, say.drawing);
  told.tell(say.bytes(1));
  return told;
}

/** A row that counts, second by second. */
function counts(told: ReturnType<typeof story>, attempt: number, seconds: number) {
  for (let left = seconds; left > 0; left--) {
    told.tell(countdown(attempt, left * 1_000));
    told.wait(1, say.drawing);
  }
}

describe('a request that goes up when the countdown is over', () => {
  test.each<[string, Observation, (told: ReturnType<typeof story>, row: Observation) => void]>([
    ['which stays at its last second', countdown(1, 1_000), (told) => counts(told, 1, 2)],
    ['which was printed once', countdown(5, 8_000), (told, row) => told.wait(8, row, say.drawing)],
    ['which does not say how long it takes', countdown(1), (told, row) => told.wait(2, row, say.drawing)],
    ['which the agent shows as over', say.busy(0), (told) => counts(told, 1, 2)],
  ])('%s, has the time of every first byte, and no more', (_, row, passes) => {
    const told = refused();
    passes(told, row);
    told.tell(row);
    told.tell(say.drawing);
    told.skip(0.2);
    told.tell(say.request(1));
    told.wait(115, row, say.drawing);
    expect(told.state.evidence.phase).toBe('working');
    expect(cures(told)).toEqual([]);
    told.wait(130, row, say.drawing); // the same request again may be for an answer in one piece
    expect(cures(told)[0]).toBe('cut');
  });

  test('is left alone if its answer comes late', () => {
    const told = refused();
    counts(told, 1, 2);
    told.tell(say.request(1));
    told.wait(110, countdown(1, 1_000), say.drawing);
    told.wait(20, say.bytes(1), say.busy(5), say.drawing);
    expect(cures(told)).toEqual([]);
  });

  test('is a pause again once it is refused, too', () => {
    const told = refused();
    for (const attempt of [1, 2, 3, 4, 5, 6, 7, 8]) {
      counts(told, attempt, Math.min(38, 2 ** attempt));
      told.tell(say.request(1));
      told.wait(1, countdown(attempt, 1_000), say.drawing);
      told.tell(say.bytes(1));
      told.tell(countdown(attempt + 1, 2_000));
      expect(told.state.evidence.phase).toBe('retrying');
    }
    expect(cures(told)).toEqual([]);
  });

  test('is judged once more if it was cut and the next is not answered either', () => {
    const told = asks();
    told.wait(125, say.busy(0), say.drawing);
    expect(cures(told)).toEqual(['cut']);
    counts(told, 1, 1);
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(245, countdown(1, 1_000), say.drawing);
    expect(cures(told).slice(0, 2)).toEqual(['cut', 'cut']);
  });
});

describe('a countdown of minutes', () => {
  test.each([
    ['that counts', (left: number) => left],
    [
      'whose row leaves the seconds out',
      (left: number) => (left < 300 ? left : Math.floor(left / 60) * 60 + 59),
    ],
  ])('%s is waited for', (_, shown) => {
    const told = refused();
    for (let left = 700; left > 0; left--) {
      told.tell(countdown(9, shown(left) * 1_000));
      if (left % 90 === 0) told.tell(say.request(1)); // a subagent's
      told.wait(1, say.drawing);
      expect(told.state.evidence.phase).toBe('retrying');
    }
    expect(cures(told)).toEqual([]);
  });
});

describe('without a tunnel', () => {
  function unseen() {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0, { elapsedS: 0 }));
    told.wait(2, say.drawing);
    return told;
  }

  test('a row that was printed once says nothing any more when its time is over', () => {
    const told = unseen();
    told.wait(39, countdown(7, 38_000), say.drawing);
    expect(told.state.evidence.phase).toBe('retrying');
    told.wait(2, countdown(7, 38_000), say.drawing);
    expect(told.state.evidence.phase).toBe('working');
    told.wait(230, countdown(7, 38_000), say.drawing);
    expect(cures(told)).toEqual([]);
    told.wait(20, countdown(7, 38_000), say.drawing);
    expect(cures(told)).toEqual(['nudge']);
  });

  test('one that does not say how long it takes is believed', () => {
    const told = unseen();
    told.wait(600, countdown(2), say.drawing);
    expect(cures(told)).toEqual([]);
  });
});
