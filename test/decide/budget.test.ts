/** No runaway loop: whatever happens, cures between two inputs of the person are bounded. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { perInput } from '../../src/decide/budget.ts';
import type { Observation } from '../../src/events.ts';
import { obliging, say, story } from '../support/story.ts';

const happening: fc.Arbitrary<Observation> = fc.oneof(
  fc.constantFrom<Observation>(
    say.idle,
    say.drawing,
    { type: 'turn.started' },
    { type: 'turn.ended' },
    { type: 'turn.ended', failure: 'connection' },
    { type: 'turn.ended', failure: 'overloaded' },
    { type: 'program-status', state: 'working' },
    { type: 'program-status', state: 'idle' },
    { type: 'compaction.started' },
    { type: 'clock.gap', gapMs: 60_000, cause: 'slept' },
    { type: 'network.changed' },
    { type: 'terminal.blocked' },
    { type: 'terminal.drained' },
    { type: 'screen', facts: { activity: 'waiting', tokens: 3 } },
    { type: 'screen', facts: { activity: 'dialog', dialog: 'permission' } },
    { type: 'screen', facts: { activity: 'idle', failure: { kind: 'connection', fingerprint: 'a' } } },
    { type: 'tool.started', toolUseId: 't', tool: 'Bash', risk: 'command' },
    { type: 'tool.finished', toolUseId: 't', ok: true },
  ),
  fc.integer({ min: 0, max: 9 }).map((tokens) => say.busy(tokens)),
  fc
    .integer({ min: 1, max: 3 })
    .chain((id) => fc.constantFrom(say.opened(id), say.request(id), say.bytes(id))),
  fc.integer({ min: 0, max: 100_000 }).map((cpuMs) => say.sample(cpuMs)),
);
const passing = fc.tuple(happening, fc.constantFrom(0, 1, 5, 40, 130, 700));

/** A world in which things fail as often as not, by the dice. */
const world = (dice: readonly number[]) => {
  let throws = 0;
  return (effect: Parameters<typeof obliging>[0]): readonly Observation[] => {
    const luck = dice[throws++ % dice.length] ?? 0;
    if (effect.type === 'probe' && luck < 2)
      return [{ type: 'network.probed', reachable: false, latencyMs: null }];
    if (effect.type === 'nudge' && luck < 3)
      return [{ type: 'nudge.done', outcome: luck < 1 ? 'not-idle' : 'person-typing' }];
    if (effect.type === 'launch' && luck < 1) {
      return [
        ...obliging(effect),
        { type: 'agent.exited', generation: effect.generation, code: null, signal: 'SIGKILL' },
      ];
    }
    return obliging(effect);
  };
};

describe('between two inputs of the person', () => {
  test('cuts, nudges and relaunches are bounded, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.array(passing, { minLength: 20, maxLength: 200 }),
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 }),
        (happenings, dice) => {
          const told = story({}, world(dice));
          told.tell(say.started);
          for (const [observation, seconds] of happenings) {
            told.tell(observation);
            told.wait(seconds);
          }
          expect(told.did('cut').length).toBeLessThanOrEqual(perInput.cut + happenings.length); // idle cuts after sleeps
          expect(told.did('nudge').length).toBeLessThanOrEqual(13 * perInput.nudge); // each may yield to a typing person;
          expect(told.did('launch').length).toBeLessThanOrEqual(perInput.relaunch);
          expect(told.did('exit').length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 40 },
    );
  });

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
});
