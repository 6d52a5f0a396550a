/** A cure that is tried once on a conversation is tried again on another one, and after its success. */
import { expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { type Story, say, story } from '../support/story.ts';

const compacting: Observation = { type: 'screen', facts: { activity: 'compacting' } };
const session = (sessionId: string): Observation => ({
  type: 'session',
  sessionId,
  transcriptPath: null,
  source: 'hook',
});

/** The first turn of the conversation `one`, which the person has asked for. */
function working(): Story {
  const told = story({ recovery: { compaction_timeout_ms: 60_000 } });
  told.tell(say.started);
  told.tell(session('one'));
  enters(told);
  turn(told, 1);
  return told;
}

const enters = (told: Story): void => told.tell({ type: 'input', kind: 'enter', bytes: 1 });

/** A turn begins, and its request goes up. */
function turn(told: Story, id: number): void {
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.tell(say.opened(id));
  told.tell(say.request(id));
  told.wait(2, say.drawing);
}

function endsWell(told: Story, id: number): void {
  told.wait(4, say.bytes(id), say.drawing);
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(6, say.idle);
}

/** A compaction hangs. What is done about it helps. */
function hangs(told: Story, id: number): void {
  told.tell(compacting);
  told.wait(64, say.drawing);
  told.tell({ type: 'interrupted' });
  told.tell(say.idle);
  turn(told, id);
  endsWell(told, id);
}

test('a stuck compaction is ended once in each conversation', () => {
  const told = working();
  hangs(told, 2);
  expect(told.did('nudge')).toHaveLength(1);
  enters(told);
  told.tell(session('two'));
  turn(told, 3);
  hangs(told, 4);
  expect(told.did('nudge')).toHaveLength(2);
  enters(told);
  turn(told, 5);
  told.tell(compacting);
  told.wait(64, say.drawing);
  expect(told.did('nudge')).toHaveLength(2);
  expect(told.state.name).toBe('asking');
});

test('after a compaction that has come to its end, a stuck one is ended again', () => {
  const told = working();
  hangs(told, 2);
  enters(told);
  turn(told, 3);
  told.tell(compacting);
  told.wait(5, say.drawing, say.bytes(3));
  told.tell({ type: 'compaction.finished' });
  endsWell(told, 3);
  enters(told);
  turn(told, 4);
  hangs(told, 5);
  expect(told.did('nudge')).toHaveLength(2);
});

/** The API refuses the conversation. */
function refused(told: Story): void {
  told.tell({ type: 'turn.ended', failure: 'history' });
  told.tell(say.idle);
  told.wait(6, say.idle);
}

test('a refused conversation is repaired once, also if its resume has given it another id', () => {
  const told = working();
  refused(told);
  expect(told.did('launch')).toHaveLength(1);
  told.tell(session('resumed'));
  turn(told, 2);
  refused(told);
  expect(told.did('launch')).toHaveLength(1);
  expect(told.state.name).toBe('asking');
});

test('another conversation is repaired, too', () => {
  const told = working();
  refused(told);
  turn(told, 2);
  refused(told);
  enters(told);
  told.tell(session('two'));
  turn(told, 3);
  refused(told);
  expect(told.did('launch')).toHaveLength(2);
});
