/** An error above the prompt, once more in the same words: a new one after a turn, the old one otherwise. */
import { expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { type Story, say, story } from '../support/story.ts';

const banner = (more: object = {}): Observation => ({
  type: 'screen',
  facts: { activity: 'idle', failure: { kind: 'connection', fingerprint: 'same' }, ...more },
});

/** Seen on the screen alone: a turn failed, the guard said that it go on, and another turn runs. */
function goesOn(): Story {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(2);
  turn(told);
  told.tell(banner());
  told.wait(5);
  told.tell(banner({ draft: true }));
  turn(told);
  return told;
}

function turn(told: Story): void {
  told.tell(say.busy(0, { elapsedS: 0 }));
  told.wait(6, say.drawing);
}

const outcomes = (told: Story) => told.did('incident').map(({ incident }) => incident.outcome);

test('the turn of a nudge that fails in the same words has not recovered', () => {
  const told = goesOn();
  told.tell(banner());
  told.wait(20);
  expect(told.state.evidence.turn).toMatchObject({ failure: { sense: 'screen' }, failedTurns: 2 });
  expect(outcomes(told)).toEqual(['open']);
});

test('one that ends well has, and what is drawn later is no second failure', () => {
  const told = goesOn();
  told.tell(say.idle);
  told.wait(20);
  expect(outcomes(told)).toEqual(['open', 'recovered']);
  expect(told.state.evidence.turn.failure).toBeNull();
});

test('the banner that stands there while the person types is the old one', () => {
  const told = goesOn();
  told.tell(banner());
  for (const draft of [true, false, true]) told.wait(1, banner({ draft }));
  expect(told.state.evidence.turn.failedTurns).toBe(2);
});

test('nor is it another after a dialog', () => {
  const told = goesOn();
  told.tell(banner());
  told.tell({ type: 'screen', facts: { activity: 'dialog', dialog: 'permission' } });
  told.tell(banner());
  expect(told.state.evidence.turn.failedTurns).toBe(2);
});

test('if the person interrupts the turn before anything has come, it is taken back, and the old one stands there', () => {
  const told = goesOn();
  told.tell({ type: 'input', kind: 'escape', bytes: 1 });
  told.tell(banner({ draft: true }));
  expect(told.state.evidence.turn).toMatchObject({ failure: null, failedTurns: 1 });
});

test('one that an interrupt uncovers is the end of an earlier turn, even if it was never seen', () => {
  const told = goesOn();
  told.tell({ type: 'input', kind: 'escape', bytes: 1 });
  told.tell({
    type: 'screen',
    facts: { activity: 'idle', failure: { kind: 'history', fingerprint: 'another' } },
  });
  told.wait(20);
  expect(told.state.evidence.turn).toMatchObject({ failure: null, failedTurns: 1 });
  expect(told.did('stop')).toEqual([]);
});

test('a turn that began after the interrupt has an end of its own', () => {
  const told = goesOn();
  told.tell(say.busy(0, { elapsedS: 6 }));
  told.tell({ type: 'input', kind: 'escape', bytes: 1 });
  told.skip(0.2);
  told.tell(say.busy(0, { elapsedS: 0 }));
  told.skip(0.5);
  told.tell(banner());
  expect(told.state.evidence.turn).toMatchObject({ failure: { kind: 'connection' }, failedTurns: 2 });
});
