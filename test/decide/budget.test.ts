/** No runaway loop: cures between two inputs of the person are bounded (`anything.test.ts`: whatever happens). */
import { expect, test } from 'vitest';
import { perInput } from '../../src/decide/budget.ts';
import { obliging, say, story } from '../support/story.ts';

test('an agent that freezes for ever is asked about in the end, and left alone for longer each time', () => {
  const told = story({}, (effect) => obliging(effect));
  told.tell(say.started);
  told.tell(say.busy(1));
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.tell(say.bytes(1));
  for (let hour = 0; hour < 24; hour++)
    told.wait(3600, say.drawing, say.busy(1), say.sample(0, { generation: 99 }));
  expect(told.did('launch').length).toBeLessThanOrEqual(perInput.relaunch);
  expect(
    told.did('incident').some(({ incident }) => incident.actions.some(({ action }) => action === 'ask')),
  ).toBe(true);
});
