/** In a rest ticks are sparse, so nothing may depend on how many there are. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { isAtRest } from '../../src/decide/at-rest.ts';
import { step } from '../../src/decide/machine.ts';
import { type GuardState, initialState } from '../../src/decide/state.ts';
import type { Event, Observation } from '../../src/events.ts';
import { restMs } from '../../src/sensors/poll.ts';
import { scenes } from '../support/anything.ts';
import { asks, configWith, say, story } from '../support/story.ts';

vi.setConfig({ testTimeout: 120_000 }); // all of it is computed, in one go
const config = configWith();
const rests = (told: { readonly state: GuardState }) => isAtRest(told.state, config);

test('at a free prompt, during a question, and when nobody can read the screen', () => {
  for (const facts of [{ activity: 'idle' }, { activity: 'dialog', dialog: 'permission' }] as const) {
    const told = story();
    told.tell(say.started);
    expect(rests(told)).toBe(true);
    told.tell({ type: 'screen', facts });
    told.tell(say.drawing);
    told.wait(20);
    expect(rests(told)).toBe(true);
  }
});

test('not in a turn, nor while something that began in one is still open', () => {
  const told = asks(story());
  expect(rests(told)).toBe(false);
  told.tell(say.bytes(1));
  told.tell({ type: 'turn.ended', failure: 'connection' });
  told.tell(say.idle);
  expect(rests(told)).toBe(false); // it is taken up again in a moment
});

test.each([
  ['a key without an answer', { type: 'input', kind: 'text', bytes: 1 }],
  [
    'a menu that is answered after a while',
    { type: 'screen', facts: { activity: 'dialog', dialog: 'limit-menu' } },
  ],
  [
    'a connection that is held',
    { type: 'connection.waiting', id: 1, host: 'h', cause: 'dns', attempt: 1, of: null, nextInMs: 900 },
  ],
  ['a terminal that takes no output', { type: 'terminal.blocked' }],
  ['a moment after a sleep', { type: 'clock.gap', gapMs: 60_000, cause: 'slept' }],
] satisfies readonly (readonly [string, Observation])[])('not with %s', (_, observation) => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(20);
  expect(rests(told)).toBe(true);
  told.tell(observation);
  expect(rests(told)).toBe(false);
});

test('an event that comes late in a rest does not look as if the guard had not been scheduled', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(20);
  told.tell({ type: 'tick', restMs });
  const before = told.state.evidence.now;
  told.skip(restMs / 1_000);
  told.tell(say.drawing);
  expect(told.state.evidence.now - before).toBe(restMs);
  // The rest is over with it.
  told.skip(30);
  told.tell(say.drawing);
  expect(told.state.evidence.now - before).toBeCloseTo(restMs, 1);
});

/** Some seconds pass, with so many ticks; none of them may do anything. */
function pass(state: GuardState, ms: number, everyMs: number): GuardState {
  let after = state;
  for (let at = state.evidence.clock.at + everyMs; at <= state.evidence.clock.at + ms; at += everyMs) {
    const event: Event = { type: 'tick', restMs, at };
    const result = step(after, event, config);
    expect(result.effects).toEqual([]);
    after = result.state;
  }
  return after;
}

test('property: in a rest, one tick a minute leads to the same result as one a second', () => {
  let compared = 0;
  fc.assert(
    fc.property(fc.array(scenes, { minLength: 1, maxLength: 40 }), (told) => {
      let state = initialState(0);
      const tell = (observation: Observation, at: number) => {
        state = step(state, { ...observation, at }, config).state;
      };
      tell(say.started, 0);
      for (const { told: observations, seconds } of told) {
        let { at } = state.evidence.clock;
        for (const observation of observations) tell(observation, at);
        for (const until = at + Math.min(seconds, 60) * 1_000; at < until; ) {
          at += 1_000;
          tell({ type: 'tick' }, at);
        }
        if (!isAtRest(state, config)) continue;
        compared++;
        const begun = step(state, { type: 'tick', restMs, at: at + 1_000 }, config);
        expect(begun.effects).toEqual([]);
        expect(pass(begun.state, 2 * restMs, restMs)).toEqual(pass(begun.state, 2 * restMs, 1_000));
      }
    }),
    { numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(100);
});
