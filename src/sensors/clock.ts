/**
 * Time as a sense: a tick at a steady pace, and gaps in it. The wall clock runs on while the machine sleeps, the
 * monotonic one does not; so wall ahead of monotonic means sleep. A tick that comes far too late by the monotonic
 * clock means that this process was stopped or starved, and saw nothing for as long.
 *
 * Where the monotonic clock runs on during sleep, a sleep looks like a stall. A wall clock set far ahead by hand
 * looks like a sleep. Either way the gap is reported before the tick, so that nobody takes it for silence.
 */
import type { Millis, Observation } from '../events.ts';
import type { Sensor } from './sensor.ts';

export interface Moment {
  /** Unix time. */
  readonly wallMs: number;
  readonly monotonicMs: Millis;
}

/** Shorter gaps are the clock being adjusted, or a busy machine; no connection dies of them. */
export const smallestGapMs = 5_000;
/** The guard's own pace. */
export const tickMs = 1_000;

const now = (): Moment => ({ wallMs: Date.now(), monotonicMs: performance.now() });

/** What lies between two ticks that should be `intervalMs` apart. */
export function readGaps(last: Moment, next: Moment, intervalMs: number): readonly Observation[] {
  const passedMs = next.monotonicMs - last.monotonicMs;
  const sleptMs = next.wallMs - last.wallMs - passedMs;
  const stalledMs = passedMs - intervalMs;
  const gaps: Observation[] = [];
  if (sleptMs >= smallestGapMs) gaps.push({ type: 'clock.gap', gapMs: Math.round(sleptMs), cause: 'slept' });
  if (stalledMs >= smallestGapMs) {
    gaps.push({ type: 'clock.gap', gapMs: Math.round(stalledMs), cause: 'stalled' });
  }
  return gaps;
}

/** @param read both clocks at once; for tests */
export function clockSensor(intervalMs: number, read: () => Moment = now): Sensor {
  let timer: NodeJS.Timeout | undefined;
  return {
    name: 'clock',
    start(emit) {
      let last = read();
      timer = setInterval(() => {
        const next = read();
        for (const gap of readGaps(last, next, intervalMs)) emit(gap);
        last = next;
        emit({ type: 'tick', wallMs: next.wallMs });
      }, intervalMs);
    },
    stop() {
      clearInterval(timer);
    },
  };
}
