/**
 * Time as a sense: ticks at a steady pace (fewer at rest), and gaps in time, which it looks for even at rest. While the
 * machine sleeps, the time since boot keeps running but the monotonic clock stops, so if the first gains on the second,
 * the machine has slept. The wall clock proves nothing: a time server or a person may set it, and that kills no
 * connection. If a tick comes far too late by the monotonic clock, this process was stopped or starved, and saw nothing
 * in the meantime.
 *
 * On macOS, the monotonic clock keeps running during sleep, so a sleep is reported as a stall: limits start over, and
 * nothing is cut. In both cases the gap is reported before the tick, so that nobody takes it for silence. If the time
 * since boot cannot be read, no sleep is reported, and dead connections are found by their silence.
 */
import { uptime } from 'node:os';
import type { Millis, Observation } from '../events.ts';
import { restMs } from './poll.ts';
import type { Sensor } from './sensor.ts';

export interface Moment {
  /** Unix time. */
  readonly wallMs: number;
  readonly monotonicMs: Millis;
  /** Since boot, including the time asleep; null if unknown. */
  readonly bootMs: Millis | null;
}

/** Shorter gaps come from an adjusted clock or a busy machine. They kill no connection. */
const smallestGapMs = 5_000;
/** The guard's own pace: ticks come so often, unless the agent rests. */
export const tickMs = 1_000;

function now(): Moment {
  return { wallMs: Date.now(), monotonicMs: performance.now(), bootMs: readBoot() };
}

/**
 * Linux: CLOCK_BOOTTIME, which nobody can set. macOS: wall clock minus boot time; if the clock is set, the kernel moves
 * both.
 */
function readBoot(): Millis | null {
  try {
    return uptime() * 1_000;
  } catch {
    return null; // /proc is hidden from this process
  }
}

/** The gap between two ticks that should be `intervalMs` apart. */
export function readGaps(last: Moment, next: Moment, intervalMs: number): readonly Observation[] {
  const passedMs = next.monotonicMs - last.monotonicMs;
  const known = last.bootMs !== null && next.bootMs !== null;
  const sleptMs = known ? next.bootMs - last.bootMs - passedMs : 0;
  const stalledMs = passedMs - intervalMs;
  const gaps: Observation[] = [];
  if (sleptMs >= smallestGapMs)
    gaps.push({
      type: 'clock.gap',
      gapMs: Math.round(sleptMs),
      cause: 'slept',
      lookedAt: last.monotonicMs,
    });
  if (stalledMs >= smallestGapMs)
    gaps.push({ type: 'clock.gap', gapMs: Math.round(stalledMs), cause: 'stalled' });
  return gaps;
}

/** @returns a function that cancels the timer */
type Every = (ms: Millis, act: () => void) => () => void;

const byInterval: Every = (ms, act) => {
  const timer = setInterval(act, ms);
  return () => clearInterval(timer);
};

/**
 * @param read both clocks at once; for tests
 * @param every the timer; for a simulation
 */
export function clockSensor(intervalMs: number, read: () => Moment = now, every: Every = byInterval): Sensor {
  let cancel = (): void => {};
  let isAtRest = false;
  /** When the latest tick of this rest was emitted. Null: none yet. */
  let restTickAt: Millis | null = null;
  return {
    name: 'clock',
    start(emit) {
      let last = read();
      cancel = every(intervalMs, () => {
        const next = read();
        for (const gap of readGaps(last, next, intervalMs)) emit(gap);
        last = next;
        const { wallMs, monotonicMs } = next;
        if (!isAtRest) emit({ type: 'tick', wallMs });
        else if (restTickAt === null || monotonicMs - restTickAt >= restMs) {
          restTickAt = monotonicMs;
          emit({ type: 'tick', wallMs, restMs });
        }
      });
    },
    rest(rests) {
      isAtRest = rests;
      restTickAt = null;
    },
    stop() {
      cancel();
    },
  };
}
