/**
 * Whatever happens, over days: what the guard does between two inputs of the person is bounded, and nothing is
 * forgotten.
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { perInput } from '../../src/decide/budget.ts';
import { step } from '../../src/decide/machine.ts';
import { type GuardState, initialState, type StateName } from '../../src/decide/state.ts';
import type { Effect } from '../../src/effects.ts';
import type { Event, Observation } from '../../src/events.ts';
import { answers, coverage, scenes, turnOn } from '../support/anything.ts';
import { configWith, say } from '../support/story.ts';

/** All of it is computed, in one go: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 300_000 });
const config = configWith();

const onTheWay: readonly StateName[] = ['stopping', 'unstoppable', 'down', 'launching', 'finished'];
/** In these it always does: the next one has not been asked for yet. */
const awaited: readonly StateName[] = ['stopping', 'unstoppable', 'down'];

/** Only while one agent makes way for the next does the state know of an agent that is stopped. */
function expectKnownDown({ name, down }: GuardState, { type }: Event): void {
  if ((down !== null && !onTheWay.includes(name)) || (down === null && awaited.includes(name)))
    expect.fail(`after ${type}: ${name}, and what is known of a stopped agent: ${JSON.stringify(down)}`);
}

/** A run whose effects are answered by dice, some of them late. */
function run(dice: readonly number[], note: (state: GuardState, event: Event) => void = () => {}) {
  const due: { readonly at: number; readonly observation: Observation }[] = [];
  const done: Effect[] = [];
  let state: GuardState = initialState(0);
  let now = 0;
  let throws = 0;
  const throwDie = () => dice[throws++ % dice.length] ?? 5;
  const tell = (observation: Observation): void => {
    const event: Event = { ...observation, at: now };
    note(state, event);
    const result = step(state, event, config);
    state = result.state;
    expectKnownDown(state, event);
    for (const effect of result.effects) {
      done.push(effect);
      const lateMs = throwDie() < 7 ? 0 : 3_000;
      for (const answer of answers(effect, throwDie())) {
        if (lateMs === 0) tell(answer);
        else due.push({ at: now + lateMs, observation: answer });
      }
    }
  };
  const tick = (stepMs: number, along: readonly Observation[]) => {
    now += stepMs;
    const ready = due.filter(({ at }) => at <= now);
    due.splice(0, due.length, ...due.filter(({ at }) => at > now));
    for (const { observation } of ready) tell(observation);
    for (const observation of along) tell(observation);
    tell({ type: 'tick' });
  };
  return {
    done,
    state: () => state,
    now: () => now,
    tell,
    tick,
    /** Lets time pass; the longer, the coarser. */
    wait(seconds: number, draws: boolean) {
      const along = draws ? [say.drawing] : [];
      const stepMs = seconds > 100 ? 2_000 : 1_000; // a guard with fewer turns is late, and its clock stands
      for (let passed = 0; passed < seconds * 1_000; passed += stepMs) tick(stepMs, along);
    },
  };
}

const luck = fc.array(fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9), {
  minLength: 1,
  maxLength: 30,
});
const happenings = fc.array(scenes, { minLength: 20, maxLength: 120 });

test('property: between two inputs of the person cuts, nudges and relaunches are bounded', () => {
  fc.assert(
    fc.property(happenings, luck, (told, dice) => {
      const one = run(dice);
      one.tell(say.started);
      let from = 0;
      let sleeps = 0;
      let commands = 0;
      const check = () => {
        const since = one.done.slice(from);
        const count = (type: Effect['type']) => since.filter((effect) => effect.type === type).length;
        expect(count('cut')).toBeLessThanOrEqual(perInput.cut + sleeps); // what is idle after a sleep costs nothing
        expect(count('nudge')).toBeLessThanOrEqual(13 * (perInput.nudge + commands)); // it may yield to who types
        expect(count('launch')).toBeLessThanOrEqual(perInput.relaunch + commands);
        expect(one.done.filter(({ type }) => type === 'exit').length).toBeLessThanOrEqual(1);
      };
      for (const { told: observations, seconds, draws } of told) {
        for (const observation of observations) {
          if (observation.type === 'clock.gap') sleeps++;
          if (observation.type === 'command') commands++;
          const { type } = observation;
          if (type === 'host.asked' || (type === 'input' && observation.kind === 'enter')) {
            check();
            from = one.done.length;
            sleeps = 0;
            commands = 0;
          }
          one.tell(observation);
        }
        one.wait(seconds, draws);
      }
      check();
    }),
    { numRuns: 25 },
  );
});

/** A turn begins, its request goes out, and then nothing more. */
function freeze(one: ReturnType<typeof run>, begun: boolean): void {
  one.tell({ type: 'command', command: 'continue' });
  for (const observation of turnOn(9, begun)) one.tell(observation);
  one.tell(say.sample(1, { generation: one.state().evidence.agent.generation }));
}

/** Longest that a frozen agent may be watched without a word: the longest limit of silence, and a little. */
const unnoticedMs = 20 * 60_000 + 30_000;

test('property: a frozen agent is never silently watched for ever', () => {
  fc.assert(
    fc.property(happenings, luck, fc.boolean(), (told, dice, begun) => {
      const one = run(dice);
      one.tell(say.started);
      for (const { told: observations, seconds, draws } of told) {
        for (const observation of observations) one.tell(observation);
        one.wait(Math.min(seconds, 700), draws);
      }
      let { generation } = one.state().evidence.agent;
      let unnoticedSince = one.now();
      let maxMs = 0; // an `expect` at each tick would take most of the time
      freeze(one, begun);
      for (const until = one.now() + 3 * 3_600_000; one.now() < until && one.state().name !== 'finished'; ) {
        one.tick(2_000, [say.drawing]);
        const { name, incident, evidence } = one.state();
        if (evidence.agent.generation !== generation && name === 'watching') {
          generation = evidence.agent.generation;
          freeze(one, begun);
        }
        if (incident !== null || name !== 'watching') unnoticedSince = one.now();
        maxMs = Math.max(maxMs, one.now() - unnoticedSince);
      }
      expect(maxMs).toBeLessThanOrEqual(unnoticedMs);
      const asked = one.done.some(
        (effect) =>
          effect.type === 'incident' && effect.incident.actions.some(({ action }) => action === 'ask'),
      );
      expect([asked, one.state().incident?.class, one.state().name]).toSatisfy(
        ([was, open, name]) => was || open !== undefined || name === 'finished',
      );
    }),
    { numRuns: 25 },
  );
});

test('such runs reach every cell of the table of state × event', () => {
  const { note, missed } = coverage();
  // Some dozens do; the seed makes them the same every time.
  for (const [told, dice] of fc.sample(fc.tuple(happenings, luck), { seed: 2, numRuns: 1_000 })) {
    if (missed().length === 0) break;
    const one = run(dice, note);
    one.tell(say.started);
    for (const { told: observations, seconds, draws } of told) {
      for (const observation of observations) one.tell(observation);
      one.wait(Math.min(seconds, 130), draws);
    }
  }
  expect(missed()).toEqual([]);
});
