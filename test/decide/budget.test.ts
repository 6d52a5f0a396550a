/** No runaway loop: cures between two inputs of the person are bounded (`anything.test.ts`: whatever happens). */
import { describe, expect, test } from 'vitest';
import { affordable, perIncident, perInput, replenish, spend } from '../../src/decide/budget.ts';
import { step } from '../../src/decide/machine.ts';
import { type GuardState, initialState, noUses } from '../../src/decide/state.ts';
import type { Observation } from '../../src/events.ts';
import { configWith, obliging, say, story } from '../support/story.ts';

const config = configWith();
const hourMs = 3_600_000;
type Kind = keyof typeof perInput;

const at = (state: GuardState, now: number): GuardState => ({
  ...state,
  evidence: { ...state.evidence, now },
});

/** Uses a cure as often as it can be afforded, up to 100 times. */
function spendAll(kind: Kind, everyMs: number, between: (state: GuardState) => GuardState) {
  let state = initialState(0);
  let times = 0;
  for (; times < 100 && affordable(kind, state, config); times++)
    state = at(between(spend(kind, state)), (times + 1) * everyMs);
  return { state, times };
}

test.each<Observation>([{ type: 'input', kind: 'enter', bytes: 1 }, { type: 'host.asked' }])(
  'the count starts anew with $type',
  (observation) => {
    const spent = { cut: perInput.cut, nudge: perInput.nudge, relaunch: perInput.relaunch };
    const { state } = step({ ...initialState(0), spent, asked: 3 }, { ...observation, at: 1 }, config);
    expect(state).toMatchObject({ spent: noUses, asked: 0 });
  },
);

const newIncident = (state: GuardState): GuardState => ({ ...state, used: noUses });

describe('a budget is what the table says, and not one more', () => {
  test.each([
    ['cut', perInput.cut],
    ['nudge', perInput.nudge],
    ['relaunch', perInput.relaunch],
  ] as const)('between two inputs of the person: %s', (kind, most) => {
    const { state, times } = spendAll(kind, hourMs, newIncident);
    expect(times).toBe(most);
    expect(affordable(kind, replenish(state), config)).toBe(true);
  });

  test.each([
    ['cut', perIncident.cut],
    ['nudge', perIncident.nudge],
  ] as const)('within an incident: %s', (kind, most) => {
    expect(spendAll(kind, hourMs, (state) => state).times).toBe(most);
  });

  test('within an hour, all cures together, whatever the person sends', () => {
    const { state, times } = spendAll('cut', 1_000, (each) => replenish(newIncident(each)));
    expect(times).toBe(40);
    expect(affordable('nudge', at(state, hourMs - 1), config)).toBe(false);
    expect(affordable('nudge', at(state, hourMs), config)).toBe(true);
  });

  test('relaunches within the window of the restart intensity', () => {
    const { restart_limit, restart_window_ms } = config.recovery;
    const relaunched = { ...initialState(0), relaunches: Array.from({ length: restart_limit }, () => 0) };
    expect(affordable('relaunch', at(relaunched, restart_window_ms - 1), config)).toBe(false);
    expect(affordable('relaunch', at(relaunched, restart_window_ms), config)).toBe(true);
  });
});

test('an agent that freezes for ever ends in a question, and is left alone for longer each time', () => {
  const told = story({}, (effect) => obliging(effect));
  for (const each of [say.started, say.busy(1), say.opened(1), say.request(1), say.bytes(1)]) told.tell(each);
  for (let hour = 0; hour < 6; hour++)
    told.wait(3600, say.drawing, say.busy(1), say.sample(0, { generation: 99 }));
  expect(told.did('launch')).toHaveLength(perInput.relaunch);
  const asked = told
    .did('incident')
    .flatMap(({ incident }) =>
      incident.actions.filter(({ action }) => action === 'ask').map((each) => each.at),
    );
  const moments = [...new Set(asked)];
  const pauses = moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
  expect(pauses.length).toBeGreaterThan(4); // by then they are as long as they get
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
});
