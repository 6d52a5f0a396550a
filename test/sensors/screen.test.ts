import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScreenFacts } from '../../src/events.ts';
import { screenSensor } from '../../src/sensors/screen.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A screen whose facts are set by hand; each change is a repaint. */
function screen() {
  let facts: ScreenFacts = { activity: 'unknown' };
  let reads = 0;
  const told: ScreenFacts[] = [];
  const sensor = screenSensor(() => {
    reads++;
    return facts;
  });
  sensor.start((each) => {
    if (each.type === 'screen') told.push(each.facts);
  });
  return {
    told,
    sensor,
    reads: () => reads,
    paint(next: ScreenFacts, forMs = 0) {
      facts = next;
      sensor.changed();
      vi.advanceTimersByTime(forMs);
    },
  };
}

it('reports a change once', () => {
  const { told, paint } = screen();
  paint({ activity: 'busy' }, 1_000);
  paint({ activity: 'busy' }, 1_000);
  expect(told).toEqual([{ activity: 'busy' }]);
});

it('reads at most four times a second, however often the agent repaints', () => {
  const { paint, reads } = screen();
  for (let ms = 0; ms < 10_000; ms += 10) paint({ activity: 'busy' }, 10);
  expect(reads()).toBeGreaterThan(30);
  expect(reads()).toBeLessThanOrEqual(42);
});

it('reports counters once a second', () => {
  const { told, paint } = screen();
  for (let ms = 0; ms < 10_000; ms += 100) paint({ activity: 'busy', tokens: ms, elapsedS: ms / 1_000 }, 100);
  expect(told.length).toBeGreaterThan(7);
  expect(told.length).toBeLessThanOrEqual(11);
});

it('does not take a gap between two repaints for the end of a turn', () => {
  const { told, paint } = screen();
  paint({ activity: 'busy' }, 1_000);
  paint({ activity: 'idle' }, 100);
  paint({ activity: 'busy' }, 1_000);
  expect(told).toEqual([{ activity: 'busy' }]);
});

it('takes it for the end if it stays, even without another repaint', () => {
  const { told, paint } = screen();
  paint({ activity: 'busy' }, 1_000);
  paint({ activity: 'idle' }, 1_000);
  expect(told).toEqual([{ activity: 'busy' }, { activity: 'idle' }]);
});

it('takes it for the end even if somebody types into the free prompt at once', () => {
  const { told, paint } = screen();
  paint({ activity: 'busy' }, 1_000);
  paint({ activity: 'idle' }, 250);
  paint({ activity: 'idle', draft: true }, 250);
  paint({ activity: 'busy' }, 1_000);
  expect(told.map(({ activity }) => activity)).toEqual(['busy', 'idle', 'busy']);
});

it('reports a dialog at once, even if a counter is due later', () => {
  const { told, paint } = screen();
  paint({ activity: 'busy', elapsedS: 1 }, 300);
  paint({ activity: 'busy', elapsedS: 2 }, 300);
  paint({ activity: 'dialog', dialog: 'permission' }, 600);
  expect(told.at(-1)).toEqual({ activity: 'dialog', dialog: 'permission' });
});

it('says nothing once stopped', () => {
  const { told, paint, sensor } = screen();
  sensor.stop();
  paint({ activity: 'busy' }, 5_000);
  expect(told).toEqual([]);
});

it('reports the same facts again for another agent', () => {
  const { told, sensor, paint } = screen();
  paint({ activity: 'idle' }, 1_000);
  sensor.restart();
  paint({ activity: 'idle' }, 1_000);
  expect(told).toEqual([{ activity: 'idle' }, { activity: 'idle' }]);
});
