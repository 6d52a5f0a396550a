import { expect, test } from 'vitest';
import { asks, say, story } from '../support/story.ts';

/** A turn whose hooks say that it is over, and half a second later a request that gets no answer. */
function requestAfterTurn(activity: 'busy' | 'compacting') {
  const told = asks(story());
  told.wait(1, say.drawing);
  told.tell(say.bytes(1));
  told.tell({ type: 'turn.ended' });
  told.tell(say.request(1));
  told.tell({ type: 'screen', facts: { activity } });
  return told;
}

test('a compaction right after a turn is not a hook of the person’s: its silence has the usual limit', () => {
  const told = requestAfterTurn('compacting');
  told.wait(130, say.drawing);
  expect(told.did('cut')).toHaveLength(1);
});

test('an answer from before the end of a turn is not one that the next turn waits for', () => {
  const told = asks(story());
  told.wait(1, say.bytes(1), say.drawing);
  told.skip(30);
  told.tell({ type: 'clock.gap', gapMs: 30_000, cause: 'stalled' }); // whose order is not known: the clock stands
  told.tell(say.request(1));
  told.tell(say.bytes(1));
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(4);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.wait(60, say.drawing, say.busy(0));
  expect(told.did('cut')).toEqual([]);
});

test('but the wait of the next turn has a limit, even if only that answer and side requests are to be seen', () => {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing);
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(5);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.wait(2, say.drawing);
  told.tell(say.opened(2));
  told.tell({ type: 'connection.bytes', id: 2, up: 40_000, down: 0, last: 'up' });
  told.tell(say.bytes(2));
  told.wait(90, say.drawing, say.busy(0), say.sample(10));
  told.tell({ type: 'connection.closed', id: 2, by: 'agent', cause: 'closed' });
  told.wait(320, say.drawing, say.busy(0), say.sample(10));
  expect(told.did('cut', 'nudge').length).toBeGreaterThan(0);
});

test('what keeps an agent busy after its turn may be a hook, and gets more time', () => {
  const told = requestAfterTurn('busy');
  told.wait(400, say.drawing);
  expect(told.did('cut')).toEqual([]);
});
