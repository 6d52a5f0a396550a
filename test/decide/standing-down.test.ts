/** While an agent that is to be stopped is looked at and saved, nothing of it is ended, and it may go on by itself. */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../src/effects.ts';
import type { Observation } from '../../src/events.ts';
import { asks, obliging, say, story } from '../support/story.ts';

type Told = ReturnType<typeof story>;
const deeds = (told: Told) =>
  told.did('cut', 'nudge', 'stop', 'spare', 'launch', 'exit').map(({ type }) => type);
const lastIncident = (told: Told) => told.did('incident').at(-1)?.incident;
const saved: Observation = { type: 'saved', ok: true };
const turnEnds = [{ type: 'turn.ended', well: true }, say.idle] as const;

/** A turn that gets its first words; then it draws nothing, until it is to be stopped. */
function frozen(world: (effect: Effect) => readonly Observation[] = unhurried): Told {
  const told = asks(story({}, world));
  told.wait(3, say.bytes(1), say.drawing);
  for (let second = 0; second < 40 && told.did('stop').length === 0; second++) told.wait(1, say.sample(5));
  expect(told.state).toMatchObject({ name: 'stopping', down: { cause: 'frozen-ui', prompt: true } });
  return told;
}
const unhurried = (effect: Effect) => (effect.type === 'stop' ? [] : obliging(effect));

/** What is left of the stop. */
function ends(told: Told): void {
  told.tell(saved);
  told.wait(1);
  told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
  told.tell({ type: 'stop.done', generation: 1, left: 0 });
  told.wait(10);
}

describe('an agent that froze is not stopped if, by the time it is saved,', () => {
  test('it draws again, and its incident is over', () => {
    const told = frozen();
    told.wait(5, say.drawing);
    told.tell(saved);
    expect(deeds(told)).toEqual(['stop', 'spare']);
    expect(told.state).toMatchObject({ name: 'watching', down: null, incident: null, cure: null });
    expect(lastIncident(told)?.outcome).toBe('recovered');
    told.wait(5, say.drawing, say.bytes(1));
    expect(deeds(told)).toEqual(['stop', 'spare']);
  });

  test('its turn has ended', () => {
    const told = frozen();
    told.wait(1);
    for (const event of turnEnds) told.tell(event);
    told.wait(3);
    told.tell(saved);
    told.wait(60);
    expect(deeds(told)).toEqual(['stop', 'spare']);
    expect(lastIncident(told)?.outcome).toBe('recovered');
  });

  test.each<[string, Observation[]]>([
    ['with half an answer', [{ type: 'prompt.recorded' }, { type: 'answer.recorded', cutShort: true }]],
    ['without a word', [{ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' }]],
  ])('its turn has ended %s, which a nudge goes on with', (_name, events) => {
    const told = frozen();
    told.wait(1, say.drawing);
    for (const event of [...events, { type: 'turn.ended' } as const, say.idle]) told.tell(event);
    told.wait(3);
    told.tell(saved);
    told.wait(5);
    expect(deeds(told)).toEqual(['stop', 'spare', 'nudge']);
  });

  test('but it is stopped if it freezes again', () => {
    const told = frozen();
    told.wait(1, say.drawing);
    told.tell(saved);
    told.wait(40, say.sample(5));
    expect(deeds(told)).toEqual(['stop', 'spare', 'stop']);
  });
});

describe('an agent is stopped all the same', () => {
  test('if it has shown nothing: that nothing is judged any more proves nothing', () => {
    const told = frozen();
    told.tell({ type: 'clock.gap', gapMs: 20_000, cause: 'stalled' });
    ends(told);
    expect(deeds(told)).toEqual(['stop', 'launch']);
    expect(told.did('launch')).toMatchObject([{ prompt: true }]);
  });

  test('if it has died', () => {
    const told = frozen();
    told.wait(1, say.drawing);
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
    told.tell(saved);
    expect(deeds(told)).toEqual(['stop']);
  });

  test('if its turn ended by the guard’s own Esc', () => {
    const world = (effect: Effect): readonly Observation[] =>
      effect.type === 'nudge' ? [{ type: 'nudge.done', outcome: 'not-idle' }] : unhurried(effect);
    const told = asks(story({}, world));
    told.wait(3, say.bytes(1), say.drawing);
    for (let tries = 0; tries < 400 && told.did('stop').length === 0; tries++) {
      told.wait(1, say.drawing);
      if (told.did('cut').length > 0)
        told.tell({ type: 'connection.closed', id: 1, by: 'guard', cause: 'cut' });
    }
    expect(deeds(told)).toEqual(['cut', 'nudge', 'stop']);
    told.wait(1);
    for (const event of turnEnds) told.tell(event);
    told.wait(3);
    told.tell(saved);
    expect(deeds(told)).toEqual(['cut', 'nudge', 'stop']);
    expect(told.state.down?.prompt).toBe(true);
  });

  test('if it holds as much memory as before, though its turn has ended', () => {
    const told = asks(story({}, unhurried));
    told.wait(3, say.bytes(1), say.drawing);
    const holds = (second: number) =>
      say.sample(second, { memoryShare: Math.min(0.95, 0.6 + second * 0.03) });
    for (let second = 0; second < 60 && told.did('stop').length === 0; second++)
      told.wait(1, say.drawing, say.bytes(1), holds(second));
    expect(told.state.down?.cause).toBe('memory-runaway');
    told.wait(1);
    for (const event of turnEnds) told.tell(event);
    told.wait(3, holds(60));
    ends(told);
    expect(deeds(told)).toEqual(['stop', 'launch']);
    expect(told.did('launch')).toMatchObject([{ prompt: false }]);
  });

  test('if a person wants it, and an answer that broke off is gone on with', () => {
    const told = asks(story({}, unhurried));
    told.wait(3, say.bytes(1), say.drawing);
    told.tell({ type: 'command', command: 'relaunch' });
    told.wait(1);
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
    for (const event of [{ type: 'turn.ended' } as const, say.idle]) told.tell(event);
    told.wait(3);
    ends(told);
    expect(told.did('launch')).toMatchObject([{ prompt: true }]);
  });

  test('if a person wants it; but a turn that has ended meanwhile is not gone on with', () => {
    const told = asks(story({}, unhurried));
    told.wait(3, say.bytes(1), say.drawing);
    told.tell({ type: 'command', command: 'relaunch' });
    told.wait(1);
    for (const event of turnEnds) told.tell(event);
    told.wait(3);
    ends(told);
    expect(deeds(told)).toEqual(['stop', 'launch']);
    expect(told.did('launch')).toMatchObject([{ prompt: false }]);
  });
});
