/** The line is down, and the tunnel holds the turn's connection: what is wrong with the agent itself is still seen. */
import { expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { say, story } from '../support/story.ts';

const actions = (told: ReturnType<typeof story>) =>
  told.did('cut', 'nudge', 'continue', 'stop').map((effect) => effect.type);
const waiting: Observation = {
  type: 'connection.waiting',
  id: 1,
  host: 'api.example',
  cause: 'no-route',
  attempt: 1,
  of: null,
  nextInMs: 30_000,
};

function held(...screen: readonly Observation[]) {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  for (const each of screen) told.tell(each);
  told.tell(waiting);
  told.wait(30, say.drawing, say.sample(100));
  expect(told.state.cure?.rung).toBe('hold');
  return told;
}

test('an agent that was stopped from outside is continued', () => {
  const told = held(say.busy(0));
  told.wait(3, say.sample(100, { state: 'T' }));
  expect(actions(told)).toEqual(['continue']);
});

test('an agent that takes all the memory is ended', () => {
  const told = held(say.busy(0));
  for (let share = 0.4; share < 0.85; share += 0.02)
    told.wait(1, say.drawing, say.sample(100, { memoryShare: share }));
  expect(actions(told)).toEqual(['stop']);
});

test('the person is asked once about an agent that takes all the memory when none may follow it', () => {
  const told = story({ recovery: { restart_limit: 0 } });
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.tell(waiting);
  told.wait(5, say.drawing, say.sample(100));
  expect(told.state.incident?.class).not.toBe('memory-runaway');
  for (let share = 0.4; share < 0.95; share += 0.02) {
    told.wait(1, say.drawing, say.sample(100, { memoryShare: share }));
    if (Math.abs(share - 0.8) > 0.005) continue;
    told.tell({ type: 'connection.failed', id: 1, host: 'api.example', cause: 'no-route' });
    told.tell({ type: 'screen', facts: { activity: 'retrying' } });
  }
  expect(told.did('notify')).toMatchObject([{ what: 'blocked', cause: 'memory-runaway' }]);
  expect(told.did('title').at(-1)).toMatchObject({ text: 'stuck (memory-runaway): needs you' });
});

test('a compaction gets its full time once the line is back', () => {
  const told = held({ type: 'screen', facts: { activity: 'compacting' } });
  told.wait(1_200, say.drawing, say.sample(100));
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.wait(60, say.bytes(1), say.drawing, say.sample(100));
  expect(actions(told)).toEqual([]);
});

test('what was answered beside the held connection is no dead stream once the line is back', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.tell(say.opened(2));
  told.tell({ type: 'connection.bytes', id: 2, up: 300_000, down: 0, last: 'up' }); // telemetry
  told.tell(say.bytes(2));
  told.skip(5);
  told.tell(waiting);
  told.wait(40, say.drawing, say.sample(100));
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.wait(20, say.bytes(1), say.drawing, say.sample(100));
  expect(actions(told)).toEqual([]);
});

test('an agent that is about to obey Esc is left to it, and nothing of the held connection stays open', () => {
  const told = held(say.busy(0));
  told.tell({ type: 'input', bytes: 1, kind: 'escape' });
  told.tell(say.drawing);
  told.wait(0.2, say.drawing);
  told.tell(say.idle);
  told.wait(5, say.drawing);
  expect(told.did('incident').map(({ incident }) => [incident.number, incident.outcome])).toEqual([
    [1, 'open'],
    [1, 'user'],
  ]);
});
