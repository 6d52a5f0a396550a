/** A cut that may have been needless is noted in its incident, whether that is still open or over. */
import { expect, test } from 'vitest';
import type { Incident } from '../../src/effects.ts';
import { asks, say, story } from '../support/story.ts';

type Told = ReturnType<typeof story>;

/** The records as they stand in the end, by number. */
function records(told: Told): readonly Incident[] {
  const byNumber = new Map(told.did('incident').map(({ incident }) => [incident.number, incident]));
  return [...byNumber.values()];
}
const suspicions = (told: Told) => records(told).map(({ regrettedAt }) => regrettedAt !== undefined);

/** A stream that dies and is cut; the agent asks again and gets its first bytes. */
function cutAndAnswered(): Told {
  const told = asks(story(), 1);
  told.wait(3, say.bytes(1), say.drawing);
  told.wait(31, say.drawing);
  told.tell(say.opened(2));
  told.tell(say.request(2));
  told.wait(1, say.drawing);
  told.tell(say.bytes(2));
  told.wait(2, say.drawing);
  expect(records(told)).toMatchObject([{ class: 'dead-stream', outcome: 'recovered' }]);
  return told;
}

/** A request that nothing answers is cut; the agent asks again. */
function cutUnanswered(): Told {
  const told = story();
  told.tell(say.started);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0, { elapsedS: 1 }));
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.wait(121, say.drawing);
  told.tell(say.opened(2));
  told.tell(say.request(2));
  return told;
}

test('a cut after which the answer comes is not a suspected false positive', () => {
  const told = cutAndAnswered();
  told.wait(120, say.bytes(2), say.drawing);
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(10);
  expect(suspicions(told)).toEqual([false]);
});

test('the same silence again in the same turn: the incident that was over says so', () => {
  const told = cutAndAnswered();
  told.wait(62, say.drawing);
  expect(told.did('cut')).toHaveLength(2);
  expect(suspicions(told)).toEqual([true, false]);
  const [first] = records(told);
  expect(first).toMatchObject({ outcome: 'recovered', actions: [{ action: 'cut' }] });
  expect(first?.regrettedAt).toBeGreaterThan(first?.endedAt ?? 0);
});

test('a silence as long as the one that was cut ends by itself', () => {
  const told = cutAndAnswered();
  told.wait(40, say.drawing);
  told.tell(say.bytes(2));
  expect(told.did('cut')).toHaveLength(1);
  expect(suspicions(told)).toEqual([true]);
});

test('the retry is answered after more than the time that was cut short', () => {
  const told = cutUnanswered();
  told.wait(150, say.drawing);
  told.tell(say.bytes(2));
  told.wait(2, say.drawing);
  const [only] = records(told);
  expect(only).toMatchObject({ class: 'no-first-byte', outcome: 'recovered' });
  expect(only?.regrettedAt).toBeLessThan(only?.endedAt ?? 0); // known with the first byte
});

test('the same silence while the incident is open', () => {
  const told = cutUnanswered();
  told.wait(245, say.drawing);
  expect(told.did('cut')).toHaveLength(2);
  expect(suspicions(told)).toEqual([true]);
  expect(records(told)).toMatchObject([{ outcome: 'open' }]);
});

test('a silence in another turn says nothing about the cut', () => {
  const told = cutAndAnswered();
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(60);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(1));
  told.tell(say.request(2));
  told.tell(say.bytes(2));
  told.wait(31, say.drawing);
  expect(told.did('cut')).toHaveLength(2);
  expect(suspicions(told)).toEqual([false, false]);
});
