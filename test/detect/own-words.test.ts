/** A model's last words may read like an error of the agent's. The screen cannot tell, so the other senses decide. */
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { obliging, reported, say, story } from '../support/story.ts';

const started: Observation = { type: 'turn.started' };
const prompted: Observation = { type: 'prompt.recorded' };
const endedWell: Observation = { type: 'turn.ended', well: true };
const ended: Observation = { type: 'turn.ended' };
const answered: Observation = { type: 'answer.recorded', endsTurn: true };
const failed: Observation = { type: 'failure.recorded', failure: 'connection' };
const banner: Observation = {
  type: 'screen',
  facts: { activity: 'idle', failure: { kind: 'connection', fingerprint: 'f' } },
};

/** A turn of some seconds in which this was seen, in this order. @returns how often the agent was told to go on */
function nudges(hooks: boolean, ...seen: readonly Observation[]): number {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(2);
  if (hooks) told.tell(started);
  told.tell(say.busy(1));
  told.tell(prompted);
  told.wait(5, say.drawing);
  for (const each of seen) told.tell(each);
  told.wait(20);
  return told.did('nudge').length;
}

describe('they are no failure', () => {
  test.each<[string, boolean, readonly Observation[]]>([
    ['hooks have reported a good end', true, [endedWell, banner]],
    ['hooks report one then', true, [banner, endedWell]],
    ['the answer is on record', false, [answered, banner]],
    ['the answer is on record then', false, [banner, answered]],
    ['both are so', true, [answered, endedWell, banner]],
  ])('if %s', (_, hooks, seen) => {
    expect(nudges(hooks, ...seen)).toBe(0);
  });
});

describe('it is a failure', () => {
  const asked: Observation = { type: 'request.sent' };
  test.each<[string, boolean, readonly Observation[]]>([
    ['nothing else is known', false, [banner]],
    ['hooks do not tell failed turns from good ones', true, [ended, banner]],
    [
      'hooks report it after a hook of the person’s had the turn go on',
      true,
      [endedWell, { ...ended, failure: 'connection' }, banner],
    ],
    ['the record holds it after the answer', false, [answered, failed, banner]],
    ['the record holds it then', false, [answered, banner, failed]],
  ])('if %s', (_, hooks, seen) => {
    expect(nudges(hooks, ...seen)).toBe(1);
  });

  test('if the record tells of the last turn’s answer only then', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell(say.busy(1));
    told.tell(prompted);
    told.wait(5, say.drawing);
    told.tell(say.busy(1, { elapsedS: 5 }));
    told.tell(say.busy(0, { elapsedS: 0 })); // the queue has begun another turn
    told.wait(2, say.drawing);
    told.tell(banner);
    told.tell(answered);
    told.tell(prompted);
    told.wait(20);
    expect(told.did('nudge')).toHaveLength(1);
  });

  test('if something was asked after the good end', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell(say.busy(1));
    told.wait(5, say.drawing);
    told.tell(answered);
    told.wait(3, say.drawing, say.busy(1));
    told.tell(asked);
    told.wait(3, say.drawing, say.busy(1));
    told.tell(banner);
    told.wait(20);
    expect(told.did('nudge')).toHaveLength(1);
  });

  test('if a hook had the turn go on, which asked at once and is shown', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell(say.opened(1));
    told.tell(say.busy(1, { elapsedS: 0 }));
    told.tell(reported(1, { request: 0 }, { up: 120_000 }));
    told.tell(prompted);
    told.wait(5, say.drawing, say.bytes(1));
    told.tell(say.busy(1, { elapsedS: 5 }));
    told.tell(answered);
    told.wait(0.5, say.drawing);
    told.tell(say.opened(2));
    told.tell(reported(2, { request: 5_500 }, { up: 130_000 }));
    told.wait(3, say.drawing);
    told.tell(say.busy(1, { elapsedS: 8 }));
    told.tell(banner);
    told.wait(20);
    expect(told.did('nudge')).toHaveLength(1);
  });

  test('of a later turn that hooks do not report, such as a compaction', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell(started);
    told.tell(say.busy(1));
    told.wait(5, say.drawing);
    told.tell(endedWell);
    told.tell(say.idle);
    told.wait(5);
    told.tell({ type: 'screen', facts: { activity: 'compacting' } });
    told.wait(5, say.drawing);
    told.tell(banner);
    told.wait(20);
    expect(told.did('nudge')).toHaveLength(1);
  });
});

describe('a good end that hooks report late', () => {
  /** A turn that hooks have begun ends with such words. */
  function worded(told: ReturnType<typeof story>) {
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(2);
    told.tell(started);
    told.tell(say.busy(1));
    told.wait(5, say.drawing);
    told.tell(banner);
    return told;
  }

  test('is waited for where hooks have reported the beginning', () => {
    const told = worded(story());
    told.wait(4);
    told.tell(endedWell);
    told.wait(20);
    expect(told.did('nudge', 'incident')).toEqual([]);
  });

  test('takes back the nudge that still waits for the network', () => {
    const told = worded(story({}, (effect) => (effect.type === 'probe' ? [] : obliging(effect))));
    told.wait(7);
    expect(told.state.cure).toMatchObject({ rung: 'nudge', stage: 'network' });
    told.tell(endedWell);
    told.tell({ type: 'network.probed', reachable: true, latencyMs: 5 });
    told.wait(1);
    told.tell({ type: 'network.probed', reachable: true, latencyMs: 5 });
    told.wait(20);
    expect(told.did('nudge')).toEqual([]);
    expect(told.state.incident).toBeNull();
  });
});
