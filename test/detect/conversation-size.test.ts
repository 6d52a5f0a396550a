/** A conversation only grows: what was asked with less of it, and was answered in one go, was no request of the turn's. */
import { expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { asks, say, story } from '../support/story.ts';

const request = (id: number, up: number): Observation => ({
  type: 'connection.bytes',
  id,
  up,
  down: 0,
  last: 'up',
});

/** A turn that was answered; in the next one a side request comes first, and the turn's own is long on its way. */
function sideRequestFirst(sideBytes: number, ...between: readonly Observation[]) {
  const told = asks(story());
  told.wait(5, say.bytes(1), say.drawing, say.busy(9));
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  for (const each of between) told.tell(each);
  told.wait(20);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.tell(say.opened(2));
  told.tell(request(2, sideBytes));
  told.tell(say.bytes(2));
  told.wait(10, say.drawing);
  told.tell(say.opened(3));
  told.tell(request(3, 52_000));
  told.wait(25, say.drawing);
  told.tell(say.bytes(3));
  told.wait(2, say.drawing);
  return told.did('cut');
}

test('the silence after a side request is none of the turn, whose own request has just been answered', () => {
  expect(sideRequestFirst(40_000)).toEqual([]);
});

test('after a compaction nobody knows how large the conversation is', () => {
  expect(sideRequestFirst(40_000, { type: 'compaction.finished' })).toHaveLength(1);
});
