/** An API that is slow but healthy: a local model that reads a long prompt, a gateway that sends no pings. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../src/effects.ts';
import type { Observation } from '../../src/events.ts';
import { obliging, say, story } from '../support/story.ts';

type Told = ReturnType<typeof story>;
const deeds = (told: Told) => told.did('cut', 'nudge', 'stop').map(({ type }) => type);

/**
 * An agent at such an API: each of its requests is answered after `firstByteS`, or the answer pauses for `pauseS`
 * after its first word. Whenever its connection is cut it asks again.
 *
 * @returns seconds until the whole answer was there, or null if it never came
 */
function ask(told: Told, slow: { firstByteS: number; pauseS: number }, id: { next: number }): number | null {
  let cuts = told.did('cut').length;
  const send = () => {
    id.next++;
    told.tell(say.opened(id.next));
    told.tell(say.request(id.next));
    return { waited: 0, begun: false };
  };
  let request = send();
  for (let passed = 0; passed < 20_000; passed++) {
    told.wait(1, say.drawing);
    if (deeds(told).some((deed) => deed !== 'cut')) return null;
    if (told.did('cut').length > cuts) {
      cuts = told.did('cut').length;
      request = send();
      continue;
    }
    request.waited++;
    if (!request.begun && request.waited >= slow.firstByteS) {
      told.tell(say.bytes(id.next));
      request = { waited: 0, begun: true };
    } else if (request.begun && request.waited >= slow.pauseS) {
      told.tell(say.bytes(id.next));
      return passed;
    }
  }
  return null;
}

function begin(world: (effect: Effect) => readonly Observation[] = obliging, deadlineMs = 0): Told {
  const told = story({}, world);
  told.tell(say.started);
  told.tell({ type: 'host.known', firstByteMs: 0, streamMs: 0, pings: true, deadlineMs });
  turn(told);
  return told;
}

function turn(told: Told): void {
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(2);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0, { elapsedS: 1 }));
}

describe('a slow API', () => {
  test('property: gets its answer through after a few cuts, and later turns none at all', () => {
    const slow = fc.record({
      firstByteS: fc.integer({ min: 1, max: 590 }),
      pauseS: fc.integer({ min: 1, max: 590 }),
    });
    fc.assert(
      fc.property(slow, (pace) => {
        const told = begin();
        const id = { next: 0 };
        expect(ask(told, pace, id)).not.toBeNull();
        const learnt = told.did('cut').length;
        expect(learnt).toBeLessThanOrEqual(5); // 30 s doubles five times to the agent's own ten minutes
        for (let again = 0; again < 3; again++) {
          turn(told);
          expect(ask(told, pace, id)).not.toBeNull();
        }
        expect(told.did('cut')).toHaveLength(learnt);
      }),
      { numRuns: 25 },
    );
  });

  test('that the person grants half an hour gets half an hour', () => {
    const told = begin(obliging, 1_800_000);
    const id = { next: 0 };
    expect(ask(told, { firstByteS: 1, pauseS: 1_700 }, id)).not.toBeNull();
    const learnt = told.did('cut').length;
    turn(told);
    expect(ask(told, { firstByteS: 1, pauseS: 1_700 }, id)).not.toBeNull();
    expect(told.did('cut')).toHaveLength(learnt);
  });
});

test('an API that never answers again is not waited for beyond the agent’s own deadline', () => {
  const told = begin();
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.tell(say.bytes(1));
  let latest = 0;
  for (let id = 2; id < 12; id++) {
    const cuts = told.did('cut').length;
    let waited = 0;
    for (; told.did('cut').length === cuts && waited < 5_000; waited++) told.wait(1, say.drawing);
    expect(waited).toBeLessThanOrEqual(662);
    latest = waited;
    told.tell(say.opened(id));
    told.tell(say.request(id));
    told.tell(say.bytes(id));
  }
  expect(latest).toBeGreaterThan(600);
});

test('the silence of a tool’s big input is not cut again and again in turns that the guard itself begins', () => {
  const told = begin();
  let turns = 0;
  for (let id = 1; id < 20; id++) {
    // The answer begins, then nothing for 100 s; a cut there ends the turn.
    const cuts = told.did('cut').length;
    told.tell(say.opened(id));
    told.tell(say.request(id));
    told.tell(say.bytes(id));
    for (let waited = 0; waited < 100 && told.did('cut').length === cuts; waited++) told.wait(1, say.drawing);
    if (told.did('cut').length === cuts) break;
    const nudges = told.did('nudge').length;
    told.tell({ type: 'turn.ended', failure: 'connection' });
    told.tell(say.idle);
    for (let waited = 0; waited < 400 && told.did('nudge').length === nudges; waited++) told.wait(1);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0, { elapsedS: 1 }));
    turns++;
  }
  expect(turns).toBe(2); // 30 s, 60 s; then 120 s are enough
  expect(told.did('stop')).toEqual([]);
});

test('a silence beside a lost connection is the line’s, not a habit of the host', () => {
  const told = begin();
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.wait(5, say.bytes(1), say.drawing);
  told.tell(say.opened(2));
  told.wait(20, say.drawing);
  told.tell({ type: 'connection.closed', id: 2, by: 'peer', cause: 'reset' });
  told.tell(say.bytes(1));
  expect(told.state.evidence.host.health.streamMs).toBeLessThan(2_000);
  told.wait(20, say.drawing);
  told.tell(say.bytes(1));
  expect(told.state.evidence.host.health.streamMs).toBe(20_000);
});

describe('a host that was never seen to ping', () => {
  const streams = (told: Told, pausesS: readonly number[]) => {
    told.tell({ type: 'host.known', firstByteMs: 0, streamMs: 0 });
    told.tell({ type: 'turn.started' });
    told.tell(say.opened(1));
    told.tell(say.request(1));
    told.tell(say.bytes(1));
    for (const pauseS of pausesS) {
      told.wait(pauseS, say.drawing);
      if (deeds(told).length > 0) return;
      told.tell(say.bytes(1));
    }
  };

  test('gets the limit for a first byte for a silence in mid-response', () => {
    const told = begin();
    streams(told, [45, 100]);
    expect(deeds(told)).toEqual([]);
    told.wait(160, say.drawing);
    expect(deeds(told)[0]).toBe('cut');
  });

  test('is judged by the usual limit from its first ping on, and the next run knows', () => {
    const told = begin();
    streams(told, [20]);
    told.tell({ ...say.bytes(1), pinged: true } as Observation);
    told.wait(35, say.drawing);
    expect(deeds(told)[0]).toBe('cut');
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(2);
    expect(told.did('remember').at(-1)).toMatchObject({ pings: true });
  });

  test('is judged by the limit that somebody has set for it', () => {
    const told = story({ network_resilience: { stream_timeout_ms: 10_000 } });
    told.tell(say.started);
    turn(told);
    streams(told, [15]);
    expect(deeds(told)[0]).toBe('cut');
  });
});

test('session tickets after a request are not the beginning of its answer', () => {
  const told = begin();
  told.tell({ type: 'turn.started' });
  told.tell(say.opened(1));
  told.tell({ ...say.request(1), stage: 'request' } as Observation);
  told.tell({ ...say.bytes(1), stage: 'request' } as Observation);
  told.wait(60, say.drawing);
  expect(deeds(told)).toEqual([]);
  told.wait(70, say.drawing);
  expect(deeds(told)).toEqual(['cut']);
  expect(told.did('incident').at(-1)?.incident.class).toBe('no-first-byte');
});
