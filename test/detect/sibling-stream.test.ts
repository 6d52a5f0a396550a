/** Beside the turn's own request, a subagent's answer may be read: a cut of the one leaves the other alone. */
import { expect, test } from 'vitest';
import { asks, type Story, say, story } from '../support/story.ts';

/** The turn asks, and then a subagent. */
function asksTwice(): Story {
  const told = story();
  told.skip(5);
  asks(told);
  told.skip(1);
  told.tell(say.opened(2));
  told.tell({ type: 'connection.bytes', id: 2, up: 40_000, down: 0, last: 'up' });
  return told;
}

const cuts = (told: Story) => told.did('cut').map(({ connections }) => connections);

test('an unanswered request is cut, and the answer that flows beside it goes on', () => {
  const told = asksTwice();
  told.wait(130, say.bytes(2), say.drawing, say.busy(0, { requesting: true }));
  expect(cuts(told)).toEqual([[1]]);
});

test('a stream beside it that has been silent for as long as a dead one is cut with it', () => {
  const told = asksTwice();
  told.wait(80, say.bytes(2), say.drawing, say.busy(0, { requesting: true }));
  told.wait(50, say.drawing, say.busy(0, { requesting: true }));
  expect(cuts(told)).toEqual([[1, 2]]);
});
