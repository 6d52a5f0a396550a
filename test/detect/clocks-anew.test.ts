/** When a limit starts to run: how a person's answer, the end of thinking and a stop of the clock affect it. */
import { expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { firstTurn, obliging, say, story } from '../support/story.ts';

const cures = (told: ReturnType<typeof story>) =>
  told.did('cut', 'nudge', 'stop').map((effect) => effect.type);

test('a command that was allowed only after minutes is not overdue as it begins', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  // The agent tells of the call before it asks.
  told.tell({ type: 'tool.started', toolUseId: 'a', tool: 'Bash', risk: 'command', limitMs: 120_000 });
  told.tell({ type: 'screen', facts: { activity: 'dialog', dialog: 'permission' } });
  told.tell(say.sample(10));
  told.wait(600);
  told.tell({ type: 'screen', facts: { activity: 'tool' } });
  told.wait(100, say.drawing, say.sample(20)); // its process was never seen
  expect(cures(told)).toEqual([]);
  told.wait(120, say.drawing, say.sample(30));
  expect(cures(told)[0]).toBe('nudge');
});

test('a model that has thought for minutes gets as long for its first word as any other', () => {
  const told = story({}, obliging, null);
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  told.wait(170, say.drawing, say.busy(120, { thinking: true }));
  told.wait(50, say.drawing, say.busy(120));
  expect(cures(told)).toEqual([]);
  told.wait(200, say.drawing, say.busy(120));
  expect(cures(told)).toContain('nudge');
});

test('moments that each report repeats keep their order if the guard was not scheduled in between', () => {
  const told = firstTurn();
  const report = (id: number, more: object): Observation => ({
    type: 'connection.bytes',
    id,
    up: 0,
    down: 200,
    last: 'down',
    stage: 'answer',
    ...more,
  });
  told.wait(1, say.drawing);
  const asked = { requestAt: 1_000, requestSize: 110_000, lastUpAt: 1_000 };
  told.tell(say.opened(1));
  told.tell(report(1, { ...asked, up: 110_000, down: 0, last: 'up', stage: 'request' }));
  told.skip(4); // no turn for four seconds
  told.wait(1, say.drawing);
  const answered = { ...asked, answerAt: 2_000 };
  told.tell(report(1, { ...answered, lastDownAt: 5_500 }));
  told.tell(say.opened(2));
  const aside = { requestAt: 5_600, requestSize: 8_000, lastUpAt: 5_600 };
  told.tell(report(2, { ...aside, up: 8_000, answerAt: 5_700, lastDownAt: 5_700 }));
  // The answer goes on, with pauses; beside it nothing more comes.
  for (let second = 7; second < 60; second += 5) {
    told.tell(report(1, { ...answered, lastDownAt: second * 1_000 - 1_000 }));
    told.wait(5, say.drawing, say.busy(second));
  }
  expect(cures(told)).toEqual([]);
});
