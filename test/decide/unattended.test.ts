/** Stories of an agent in print mode: nothing is drawn, nobody types, so less is judged and less is done. */
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { story } from '../support/story.ts';

const host = 'api.anthropic.com:443';
const started: Observation = {
  type: 'agent.started',
  generation: 1,
  pid: 100,
  resumed: false,
  prompted: false,
  unattended: true,
};
const opened: Observation = { type: 'connection.opened', id: 1, host, tookMs: 5 };
const request: Observation = { type: 'connection.bytes', id: 1, up: 50_000, down: 0, last: 'up' };
const bytes: Observation = { type: 'connection.bytes', id: 1, up: 0, down: 150, last: 'down' };
const turn: Observation = { type: 'turn.started' };
const sample = (cpuMs: number): Observation => ({
  type: 'agent.sample',
  generation: 1,
  cpuMs,
  state: cpuMs > 0 ? 'R' : 'S',
  workers: 0,
  memoryShare: 0.01,
});
const actions = (told: ReturnType<typeof story>) => told.did('cut', 'nudge', 'stop', 'notify');

function begin(patch: Parameters<typeof story>[0] = {}) {
  const told = story(patch);
  for (const event of [started, turn, opened, request, bytes]) told.tell(event);
  return told;
}

describe('an agent in print mode', () => {
  test('that draws nothing and uses no CPU is not taken for frozen', () => {
    const told = begin();
    for (let passed = 0; passed < 20; passed++) {
      told.tell(sample(0));
      told.wait(25, bytes);
    }
    expect(actions(told)).toEqual([]);
  });

  test('gets a dead stream cut, and is left alone when nothing follows', () => {
    const told = begin();
    told.wait(35);
    expect(told.did('cut')).toHaveLength(1);
    told.tell({ type: 'connection.closed', id: 1, by: 'guard', cause: 'cut' });
    told.wait(600);
    expect(told.did('cut', 'nudge', 'stop')).toHaveLength(1);
  });

  test('is stopped when it burns a core and does nothing else', () => {
    const told = begin();
    for (let passed = 1; passed <= 35; passed++) {
      told.tell(sample(passed * 1_000));
      told.wait(1);
    }
    expect(told.did('stop')).toMatchObject([{ cause: 'spinning' }]);
  });

  test('may burn a core as long as it prints', () => {
    const told = begin();
    for (let passed = 1; passed <= 120; passed++) {
      told.tell(sample(passed * 1_000));
      told.wait(1, { type: 'output', bytes: 10 }, bytes);
    }
    expect(actions(told)).toEqual([]);
  });

  describe('whose whole answer has been delivered', () => {
    const delivered: readonly Observation[] = [{ type: 'turn.ended' }, { type: 'delivered' }];

    test('is ended if it keeps spinning, and the incident is closed', () => {
      const told = begin();
      for (const event of delivered) told.tell(event);
      for (let passed = 1; passed <= 35; passed++) {
        told.tell(sample(passed * 1_000));
        told.wait(1);
      }
      expect(told.did('stop')).toMatchObject([{ cause: 'lingering' }]);
      expect(told.did('launch', 'notice')).toEqual([]);
      expect(told.did('exit')).toHaveLength(1);
    });

    test.each([
      ['sleeps with nothing left to wait for', 0, 1],
      ['has something at work', 1, 0],
    ])('and that %s: ended after longer than it waits by itself (%i at work)', (_, workers, stops) => {
      const told = begin();
      for (const event of delivered) told.tell(event);
      for (let passed = 0; passed < 34; passed++) {
        told.tell({ ...sample(0), workers } as Observation);
        told.wait(60);
      }
      expect(told.did('stop')).toEqual([]);
      for (let passed = 0; passed < 3; passed++) {
        told.tell({ ...sample(0), workers } as Observation);
        told.wait(60);
      }
      expect(told.did('stop')).toHaveLength(stops);
    });
  });

  test('that cannot be followed by another one is given up at once when it dies', () => {
    const told = begin();
    told.tell({ type: 'relaunch.impossible', detail: 'nobody can say it again' });
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
    expect(told.did('stop', 'probe')).toEqual([]);
    expect(told.did('exit')).toMatchObject([{ signal: 'SIGKILL' }]);
  });

  describe('where only a relaunch is allowed', () => {
    const relaunchOnly = { recovery: { in_place: false } };

    test('may wait out an error if it says so', () => {
      const told = begin(relaunchOnly);
      const retry = { attempt: 7, of: 10, inMs: 40_000 };
      told.tell({ type: 'screen', facts: { activity: 'retrying', retry } });
      told.wait(40);
      told.tell({ type: 'screen', facts: { activity: 'unknown' } });
      for (const event of [request, bytes]) told.tell(event);
      told.wait(20);
      expect(actions(told)).toEqual([]);
    });

    test('is relaunched when a stream has died', () => {
      const told = begin(relaunchOnly);
      told.wait(5, bytes);
      told.wait(32);
      expect(told.did('stop')).toMatchObject([{ cause: 'dead-stream' }]);
    });
  });
});
