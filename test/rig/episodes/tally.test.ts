import { expect, test } from 'vitest';
import { planOf } from './plan.ts';
import { rowOf, tableOf } from './tally.ts';
import type { WorldLog } from './world-log.ts';

const plan = planOf(1, ['2.1.329'], {});
const log: WorldLog = {
  entries: [
    { at: 1, type: 'turn.began', turn: 0 },
    { at: 2, type: 'sent', tag: 'a', text: 'a' },
    { at: 3, type: 'sent', tag: 'b', text: 'b' },
  ],
  requests: [],
  effects: {},
  end: null,
};

test('an episode is right without a violation; turns that were not played do not count', () => {
  expect(rowOf(plan, log, [])).toMatchObject({ episodes: 1, right: 1, given: 2, unanswered: 0 });
  const { healthyTurns, troubles } = rowOf(plan, log, []);
  expect(healthyTurns + troubles).toBe(1);
  expect(rowOf(plan, log, [{ rule: 'every prompt is answered', what: 'a' }])).toMatchObject({
    right: 0,
    unanswered: 1,
  });
});

test('the table has a line for each version, and one for all', () => {
  const row = rowOf(plan, log, []);
  const table = tableOf([
    ['2.1.38', row],
    ['1.0.44', row],
    ['2.1.38', row],
  ]);
  expect(table[0]).toContain('| healthy turns |');
  expect(table.slice(2).map((line) => line.split(' | ').slice(0, 2))).toEqual([
    ['| 2.1.38', '2'],
    ['| 1.0.44', '1'],
    ['| all', '3'],
  ]);
});
