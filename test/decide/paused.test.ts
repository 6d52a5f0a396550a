/** A guard that is paused watches, and does nothing: neither before a relaunch nor in the middle of one. */
import { expect, test } from 'vitest';
import type { Effect } from '../../src/effects.ts';
import type { Observation } from '../../src/events.ts';
import { asks, obliging, type Story, say, story } from '../support/story.ts';

const deeds = (told: Story) => told.did('cut', 'nudge', 'stop', 'launch', 'exit').map(({ type }) => type);
const pause: Observation = { type: 'command', command: 'pause' };
const goOn: Observation = { type: 'command', command: 'continue' };
const crash: Observation = { type: 'agent.exited', generation: 1, code: null, signal: 'SIGSEGV' };

/** No network answers, so that a relaunch waits for it. */
const dark = (effect: Effect): readonly Observation[] =>
  effect.type === 'probe'
    ? [{ type: 'network.probed', reachable: false, latencyMs: null }]
    : obliging(effect);

test('a crash of the agent is reported, and ends the session with its own code', () => {
  const told = asks(story());
  told.wait(15, say.drawing);
  told.tell(pause);
  told.tell(crash);
  told.wait(5);
  expect(deeds(told)).toEqual(['exit']);
  expect(JSON.stringify(told.did('notice'))).toContain('paused');
});

test('a relaunch that waits for the network is held up, and goes on when the guard does', () => {
  let isDark = true;
  const told = asks(story({}, (effect) => (isDark ? dark(effect) : obliging(effect))));
  told.wait(15, say.drawing);
  told.tell(crash);
  told.wait(5);
  expect(deeds(told)).toEqual(['stop']);
  told.tell(pause);
  isDark = false;
  told.wait(120);
  expect(deeds(told)).toEqual(['stop']);
  told.tell(goOn);
  told.wait(20);
  expect(deeds(told)).toEqual(['stop', 'launch']);
});

test('Ctrl+C leaves while a relaunch is held up', () => {
  const told = asks(story({}, dark));
  told.wait(15, say.drawing);
  told.tell(crash);
  told.tell(pause);
  told.wait(5);
  told.tell({ type: 'input', kind: 'interrupt', bytes: 1 });
  expect(told.state.name).toBe('finished');
});
