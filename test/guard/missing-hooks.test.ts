import { expect, test } from 'vitest';
import { hookReadMs } from '../../src/detect/limits.ts';
import type { Observation } from '../../src/events.ts';
import type { Agent } from '../../src/guard/agent.ts';
import { reportMissingHooks } from '../../src/guard/missing-hooks.ts';
import type { Run } from '../../src/guard/run.ts';
import { say, story } from '../support/story.ts';

/**
 * An agent in its first turn. @param hearsAfterS seconds of the turn after which its first hook is read; null: none is
 */
async function firstTurn(seconds: number, hearsAfterS: number | null = null) {
  const emitted: Observation[] = [];
  let hears = false;
  const run = { wantsHooks: true, emit: (event: Observation) => emitted.push(event) };
  const agent = { hooks: { heard: () => hears } };
  const look = reportMissingHooks(run as unknown as Run, agent as unknown as Agent, async () => {});
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell(say.busy(0));
  for (let second = 0; second <= seconds; second++) {
    hears ||= second === hearsAfterS;
    look(told.state.evidence);
    told.wait(1, say.drawing);
    await Promise.resolve();
  }
  return emitted;
}

const enoughS = hookReadMs / 1_000 + 2;

test('hooks of which none is read in a turn are reported as missing, once', async () => {
  expect(await firstTurn(enoughS + 10)).toMatchObject([{ type: 'sensor.failed', sensor: 'hooks' }]);
});

test('hooks that are read a little later than the screen shows the turn are not', async () => {
  expect(await firstTurn(enoughS + 10, 2)).toEqual([]);
  expect(await firstTurn(2)).toEqual([]);
});
