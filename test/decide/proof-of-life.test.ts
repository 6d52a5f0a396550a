/** What shows that an agent goes on by itself, so that nothing more is done to it. */
import { expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { asks, firstTurn, obliging, say, story } from '../support/story.ts';

const cures = (told: ReturnType<typeof story>) =>
  told.did('cut', 'nudge', 'stop').map((effect) => effect.type);
const report = (id: number, more: object): Observation => ({
  type: 'connection.bytes',
  id,
  up: 0,
  down: 0,
  last: 'down',
  stage: 'answer',
  ...more,
});

test('whose connection was reset asks again in a moment: one that is left from before is not judged', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell(say.opened(1));
  told.tell(
    report(1, { up: 60_000, down: 900, requestAt: 0, requestSize: 60_000, answerAt: 10, lastDownAt: 400 }),
  );
  told.wait(20);
  told.tell({ type: 'screen', facts: { activity: 'busy' } });
  told.tell(say.opened(2));
  const asked = { requestAt: 20_000, requestSize: 70_000 };
  told.tell(report(2, { ...asked, up: 70_000, stage: 'request', last: 'up', lastUpAt: 20_000 }));
  for (let second = 21; second < 81; second += 10) {
    told.tell(report(2, { ...asked, down: 300, answerAt: 21_000, lastDownAt: second * 1_000 }));
    told.wait(10, say.drawing, say.busy(second));
  }
  told.tell({ type: 'connection.closed', id: 2, by: 'peer', cause: 'reset' });
  told.wait(2, say.drawing);
  expect(cures(told)).toEqual([]);
});

test('that was refused and has asked the same again is not judged by the refusal when its answer begins', () => {
  const told = firstTurn();
  told.tell(say.opened(1));
  const refused = { requestAt: 0, requestSize: 90_000, answerAt: 500, lastDownAt: 500 };
  told.tell(report(1, { ...refused, up: 90_000, down: 700 }));
  told.wait(5, say.drawing, { type: 'screen', facts: { activity: 'retrying' } });
  told.tell(say.busy(0));
  told.tell(say.opened(2));
  const asked = { requestAt: 5_000, requestSize: 90_000, lastUpAt: 5_000 };
  told.tell(report(2, { ...asked, up: 90_000, stage: 'request', last: 'up' }));
  told.wait(60, say.drawing, say.busy(0));
  told.tell(report(2, { ...asked, down: 900, answerAt: 65_000, lastDownAt: 65_000 }));
  told.wait(8, say.drawing, say.busy(1));
  expect(cures(told)).toEqual([]);
});

test('that was cut after a sleep and counts down to its own next try is left alone', () => {
  const told = asks(story());
  told.wait(5, say.drawing);
  told.tell({ type: 'clock.gap', gapMs: 3_600_000, cause: 'slept' });
  told.wait(1, say.drawing);
  expect(cures(told)).toEqual(['cut']);
  told.wait(28, say.drawing, { type: 'screen', facts: { activity: 'retrying' } });
  expect(cures(told)).toEqual(['cut']);
});

test('that was nudged right before a sleep, and asks for permission, is not ended', () => {
  const told = story({}, (effect) => (effect.type === 'nudge' ? [] : obliging(effect)), null);
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'screen', facts: { activity: 'busy' } });
  while (told.did('nudge').length === 0) told.wait(1, say.drawing);
  told.tell(say.idle);
  told.tell({ type: 'clock.gap', gapMs: 10_000, cause: 'stalled' });
  told.tell({ type: 'nudge.done', outcome: 'submitted' });
  told.tell(say.busy(0, { elapsedS: 0 }));
  for (let second = 1; second < 20; second++) told.wait(1, say.drawing, say.busy(second));
  told.wait(90, { type: 'screen', facts: { activity: 'dialog', dialog: 'permission' } });
  expect(cures(told)).toEqual(['nudge']);
});

test('whose telemetry ends unanswered, again and again, has a dead stream all the same', () => {
  const told = firstTurn();
  told.tell(say.opened(1));
  const asked = { requestAt: 0, requestSize: 90_000, answerAt: 500 };
  told.tell(report(1, { ...asked, up: 90_000, down: 700, lastDownAt: 900 }));
  for (let id = 2; id < 6; id++) {
    const askedAt = (id - 2) * 8_000 + 1_000;
    told.tell(say.opened(id));
    told.tell(
      report(id, { up: 9_000, stage: 'request', last: 'up', requestAt: askedAt, requestSize: 9_000 }),
    );
    told.wait(8, say.drawing, say.busy(3));
    told.tell({ type: 'connection.closed', id, by: id % 2 === 0 ? 'peer' : 'agent', cause: 'closed' });
  }
  expect(cures(told)).toEqual(['cut']);
});

test('whose first request was held for minutes is not nudged just as it goes out', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell(say.opened(1));
  told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'closed' });
  told.wait(10);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  for (let attempt = 1; attempt < 12; attempt++) {
    told.tell({
      type: 'connection.waiting',
      id: 2,
      host: 'api.example',
      cause: 'no-route',
      attempt,
      of: null,
      nextInMs: 30_000,
    });
    told.wait(30, say.drawing, say.busy(0), say.sample(10));
  }
  told.tell(say.opened(2));
  told.wait(3, say.drawing, say.busy(0), say.sample(10));
  expect(cures(told)).toEqual([]);
});

test('whose answer begins late, after telemetry that is longer than the conversation, is not judged by the telemetry', () => {
  const told = firstTurn();
  told.tell(say.opened(1));
  const telemetry = { requestAt: 100, requestSize: 300_000, answerAt: 400, lastDownAt: 400 };
  told.tell(report(1, { ...telemetry, up: 300_000, down: 700 }));
  told.wait(4, say.drawing, say.busy(0));
  told.tell(say.opened(2));
  const asked = { requestAt: 4_000, requestSize: 90_000, lastUpAt: 4_000 };
  told.tell(report(2, { ...asked, up: 90_000, stage: 'request', last: 'up' }));
  told.wait(60, say.drawing, say.busy(0));
  told.tell(report(2, { ...asked, down: 900, answerAt: 64_000, lastDownAt: 64_000 }));
  told.wait(2, say.drawing, say.busy(1));
  expect(cures(told)).toEqual([]);
});

test('that ends its own stream before the key that asked for this is reported is not judged by its telemetry', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(10);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.tell(say.opened(1));
  const asked = { requestAt: 10_000, requestSize: 110_000, answerAt: 10_500 };
  told.tell(report(1, { ...asked, up: 110_000, down: 900, lastDownAt: 10_900 }));
  told.wait(4, say.drawing, say.busy(1));
  told.tell(say.opened(2));
  const telemetry = { requestAt: 14_000, requestSize: 312_000, answerAt: 14_100, lastDownAt: 14_100 };
  told.tell(report(2, { ...telemetry, up: 312_000, down: 700 }));
  for (let second = 15; second < 60; second += 5) {
    told.tell(report(1, { ...asked, down: 60, lastDownAt: second * 1_000 - 500, pinged: true }));
    told.wait(5, say.drawing, say.busy(1));
  }
  told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'reset' });
  told.tell({ type: 'input', kind: 'interrupt', bytes: 1 });
  told.wait(1, say.drawing);
  expect(cures(told)).toEqual([]);
});

test('whose nudge has just been sent is not nudged again for the same end before its turn is seen', () => {
  const told = story({}, (effect) => (effect.type === 'nudge' ? [] : obliging(effect)));
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(10);
  told.tell({ type: 'turn.started' });
  told.wait(3, say.drawing, say.busy(5));
  told.tell({ type: 'answer.recorded', cutShort: true });
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  for (let seconds = 0; told.did('nudge').length === 0 && seconds < 30; seconds++) told.wait(1);
  told.tell({ type: 'nudge.done', outcome: 'submitted' });
  told.wait(4);
  expect(cures(told)).toEqual(['nudge']);
});
