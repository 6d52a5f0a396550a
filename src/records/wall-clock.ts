/**
 * Wall time of monotonic moments, as it was in that moment: the monotonic clock stands still while the machine sleeps,
 * and the wall clock may be set. Pure.
 */
import type { Millis } from '../events.ts';

export interface WallClock {
  /**
   * From this moment on (monotonic; moments come in order), wall time is ahead of it by `offsetMs`.
   */
  learn(at: Millis, offsetMs: number): void;
  /** @returns Unix milliseconds */
  of(at: Millis): number;
  /** As last learnt. */
  offsetMs(): number;
}

/** A smaller change is the two clocks drifting apart, or read one after the other. */
const leastStepMs = 1_000;

/** @param offsetMs what holds from the beginning */
export function createWallClock(offsetMs: number): WallClock {
  const steps = [{ from: Number.NEGATIVE_INFINITY, offsetMs }];
  const last = () => steps.at(-1)?.offsetMs ?? offsetMs;
  return {
    learn(at, offsetMs) {
      if (Math.abs(offsetMs - last()) >= leastStepMs) steps.push({ from: at, offsetMs });
    },
    of: (at) => at + (steps.findLast(({ from }) => from <= at)?.offsetMs ?? offsetMs),
    offsetMs: last,
  };
}
