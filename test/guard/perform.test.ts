/** Effects are carried out on the parts of a run, however the agent is reached; failures are reported, never thrown. */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../src/effects.ts';
import type { Body, Relaunch } from '../../src/guard/body.ts';
import type { End } from '../../src/guard/fail-open.ts';
import { createPerformer } from '../../src/guard/perform.ts';
import { bodyWith, commandBegun, partsOfRun } from '../support/run.ts';

const launch: Effect = { type: 'launch', generation: 2, resume: true, prompt: true };

function performing(body: Partial<Body>) {
  // Its program is a file that is there.
  const parts = partsOfRun({ command: process.execPath });
  const ends: End[] = [];
  const perform = createPerformer(parts, {
    body: bodyWith(body),
    senses: { probe() {} },
    records: {
      remember() {},
      notify() {},
      recordOf: () => {
        throw new Error('no incident is expected');
      },
    },
    exit: (end) => ends.push(end),
  });
  return { ...parts, perform, ends };
}

const settled = async (told: readonly unknown[]) => await expect.poll(() => told.length).toBeGreaterThan(0);

describe('an effect', () => {
  test('without a tunnel there is nothing to cut', () => {
    const { perform, told } = performing({});
    perform({ type: 'cut', connections: [1], why: 'x' });
    expect(told).toEqual([{ type: 'cut.done', count: 0 }]);
  });

  test('the next agent is started, and has been told about the previous one’s calls', async () => {
    const plans: Relaunch[] = [];
    const { perform, conversation } = performing({ relaunch: async (plan) => void plans.push(plan) });
    conversation.ledger.report(commandBegun);
    perform(launch);
    await settled(plans);
    expect(plans).toMatchObject([{ generation: 2, resume: true, prompt: true }]);
    await expect.poll(() => conversation.ledger.calls()).toEqual([]);
  });

  test('no agent is started once the run is over', async () => {
    let leave = (): void => {};
    const overs: boolean[] = [];
    const { perform, ends } = performing({
      async relaunch({ isOver }) {
        leave();
        overs.push(isOver());
      },
    });
    leave = () => perform({ type: 'exit', code: 0, signal: null });
    perform(launch);
    await settled(overs);
    expect(overs).toEqual([true]);
    expect(ends).toEqual([{ code: 0, signal: null }]);
  });

  test.each<[string, Effect, Partial<Body>, object]>([
    [
      'a nudge',
      { type: 'nudge', generation: 1, interrupt: false, phase: 'streaming', cause: 'x' },
      { nudge: () => Promise.reject(new Error('no')) },
      { type: 'nudge.done', outcome: 'no-echo' },
    ],
    [
      'a choice',
      { type: 'choose', generation: 1, answer: 'full' },
      { choose: () => Promise.reject(new Error('no')) },
      { type: 'choose.done', ok: false },
    ],
    [
      'a launch',
      launch,
      { relaunch: () => Promise.reject(new Error('no')) },
      { type: 'launch.failed', detail: 'no' },
    ],
    [
      'a stop',
      { type: 'stop', generation: 1, graceMs: 0, phase: 'streaming', cause: 'agent-gone' },
      { catchUp: () => Promise.reject(new Error('no')) },
      { type: 'saved', ok: false, detail: 'no' },
    ],
  ])('%s that fails is told of', async (_name, effect, body, expected) => {
    const { perform, told } = performing(body);
    perform(effect);
    await settled(told);
    expect(told).toEqual([expected]);
  });
});
