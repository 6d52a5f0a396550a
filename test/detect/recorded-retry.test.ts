import { expect, test } from 'vitest';
import { asks, say, story } from '../support/story.ts';

/** 2.1.42 at a usage limit: a plain spinner, and a record that the next try comes in an hour. */
function turnThatWaits() {
  const told = asks(story());
  told.wait(1, say.drawing);
  told.tell(say.bytes(1)); // the refusal
  told.tell({ type: 'retry.recorded', inMs: 3_600_000 });
  return told;
}

test('an agent that waits for its own next try is left alone, even if its spinner does not show it', () => {
  const told = turnThatWaits();
  told.wait(3_500, say.drawing);
  expect(told.effects.map(({ effect }) => effect.type)).toEqual([]);
});

test('once the try has been made, silence counts again', () => {
  const told = turnThatWaits();
  told.wait(3_600, say.drawing);
  told.tell(say.request(1));
  told.wait(1, say.drawing);
  told.tell(say.bytes(1));
  told.wait(40, say.drawing);
  expect(told.did('cut')).toHaveLength(1);
});

test('a request that is only reported after the record is not that try', () => {
  const told = turnThatWaits();
  told.tell({ type: 'connection.bytes', id: 1, up: 5_000, down: 300, last: 'down' });
  told.wait(3_500, say.drawing);
  expect(told.did('cut')).toEqual([]);
});

test('once the try is overdue, silence counts again', () => {
  const told = turnThatWaits();
  told.wait(3_640, say.drawing);
  expect(told.did('cut')).toHaveLength(1);
});
