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

test('what keeps an agent busy after its turn may be a hook, and gets more time', () => {
  const told = requestAfterTurn('busy');
  told.wait(400, say.drawing);
  expect(told.did('cut')).toEqual([]);
});
