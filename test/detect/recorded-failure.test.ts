import { expect, test } from 'vitest';
import { firstTurn, say, story } from '../support/story.ts';

/**
 * A stream that dies after a complete tool call and is cut: the agent records the error, runs the tool, and goes on.
 */
function turnThatGotOverAnError() {
  const told = firstTurn();
  told.wait(3, say.drawing, say.busy(12));
  told.tell({ type: 'turn.ended' });
  told.tell({ type: 'failure.recorded', failure: 'connection' }); // the transcript is read a moment later
  return told;
}

test('a recorded failure from which the turn recovered is not a failed turn', () => {
  const told = turnThatGotOverAnError();
  told.tell({ type: 'answer.recorded' });
  told.tell(say.idle);
  told.wait(120, say.idle);
  expect(told.did('incident', 'nudge')).toEqual([]);
});

test('one that was the turn’s last word is', () => {
  const told = turnThatGotOverAnError();
  told.tell(say.idle);
  told.wait(20, say.idle);
  expect(told.did('nudge')).toHaveLength(1);
});

test('a failure that the agent itself reports is not taken back by words written before it', () => {
  const told = story();
  told.tell(say.started);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.tell({ type: 'turn.ended', failure: 'connection' });
  told.tell({ type: 'answer.recorded' });
  told.tell(say.idle);
  told.wait(20, say.idle);
  expect(told.did('nudge')).toHaveLength(1);
});
