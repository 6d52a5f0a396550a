/** A resumed conversation draws and records its old refusals again; they are not failures of this agent. */
import { expect, test } from 'vitest';
import type { FailureKind, Observation } from '../../src/events.ts';
import { type Story, say, story } from '../support/story.ts';

const shows = (kind: FailureKind, fingerprint = 'old'): Observation => ({
  type: 'screen',
  facts: { activity: 'idle', failure: { kind, fingerprint } },
});

/** An agent that goes on with a conversation and rests at its free prompt, below what came before. */
function resumed(...seen: readonly Observation[]): Story {
  const told = story();
  told.tell({ ...say.started, resumed: true });
  told.tell(say.idle);
  told.wait(1);
  for (const each of seen) told.tell(each);
  told.wait(30);
  return told;
}

/** A turn of this agent's own, which ends like this. */
function asks(told: Story, end: Observation): void {
  told.tell({ type: 'input', kind: 'enter', bytes: 1 });
  told.tell(say.busy(0));
  told.wait(2);
  told.tell(end);
  told.wait(10);
}

const done = (told: Story) => told.did('incident', 'notice', 'nudge', 'stop', 'cut');

test.each<FailureKind>(['history', 'refused', 'connection'])(
  'an old refusal on the screen is left alone: %s',
  (kind) => {
    expect(done(resumed(shows(kind)))).toEqual([]);
  },
);

test('an old refusal on record is left alone', () => {
  expect(done(resumed({ type: 'failure.recorded', failure: 'history' }))).toEqual([]);
});

test('an old refusal that is still on the screen after a turn is left alone', () => {
  const told = resumed(shows('history'));
  asks(told, shows('history'));
  expect(done(told)).toEqual([]);
});

test('an old refusal is not the first of two in a row', () => {
  const told = resumed(shows('refused'));
  asks(told, shows('refused', 'new'));
  expect(done(told)).toEqual([]);
});

test('a refusal of this agent’s own request is repaired', () => {
  const told = resumed(shows('history'));
  asks(told, shows('history', 'new'));
  expect(told.did('stop')).toMatchObject([{ cause: 'broken-history' }]);
});

test('an agent relaunched on a repaired conversation is not judged by an old refusal that it draws again', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(3);
  asks(told, shows('history'));
  expect(told.did('launch')).toHaveLength(1);
  told.tell(shows('history'));
  told.wait(10);
  expect(told.did('notice').filter(({ notice }) => notice.kind === 'gave-up')).toEqual([]);
  expect(told.state.name).not.toBe('asking');
});
