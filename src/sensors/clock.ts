/**
 * Time as a sense: ticks at a steady pace (sparse ones in a rest), and gaps between them, which are looked for all the
 * time. The time since boot runs on while the machine sleeps, the monotonic clock does not, so boot time ahead of
 * monotonic time means sleep. The wall clock is no witness: a time server or a person may set it, and no connection dies
 * of that. A tick that comes far too late by the monotonic clock means that this process was stopped or starved, and
 * saw nothing for as long.
 *
 * Where the monotonic clock runs on during sleep (macOS) a sleep is told as a stall: clocks are set back, nothing is
 * cut. Either way the gap is reported before the tick, so that nobody takes it for silence. Where the time since boot
 * cannot be read no sleep is told, and what it broke is found by its silence.
 */
import { uptime } from 'node:os';
import type { Millis, Observation } from '../events.ts';
import { restMs } from './poll.ts';
import type { Sensor } from './sensor.ts';

export interface Moment {
  /** Unix time. */
  readonly wallMs: number;
  readonly monotonicMs: Millis;
  /** Since boot, the time asleep counted; null where that cannot be told. */
  readonly bootMs: Millis | null;
}

/** Shorter gaps are the clock being adjusted, or a busy machine; no connection dies of them. */
const smallestGapMs = 5_000;
/** The guard's own pace. */
export const tickMs = 1_000;

function now(): Moment {
  return { wallMs: Date.now(), monotonicMs: performance.now(), bootMs: readBoot() };
}

/** Linux: CLOCK_BOOTTIME, which nobody can set. macOS: wall clock minus boot, and the kernel moves both when set. */
function readBoot(): Millis | null {
  try {
    return uptime() * 1_000;
  } catch {
    return null; // closed to this process (/proc hidden)
  }
}

/** What lies between two ticks that should be `intervalMs` apart. */
export function readGaps(last: Moment, next: Moment, intervalMs: number): readonly Observation[] {
  const passedMs = next.monotonicMs - last.monotonicMs;
  const known = last.bootMs !== null && next.bootMs !== null;
  const sleptMs = known ? next.bootMs - last.bootMs - passedMs : 0;
  const stalledMs = passedMs - intervalMs;
  const gaps: Observation[] = [];
  if (sleptMs >= smallestGapMs) gaps.push({ type: 'clock.gap', gapMs: Math.round(sleptMs), cause: 'slept' });
  if (stalledMs >= smallestGapMs) {
    gaps.push({ type: 'clock.gap', gapMs: Math.round(stalledMs), cause: 'stalled' });
  }
  return gaps;
}

/** @returns takes it back */
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
  let takeBack = (): void => {};
  let isAtRest = false;
  /** When the latest tick in this rest was told; null: none was yet. */
  let restToldAt: Millis | null = null;
  return {
    name: 'clock',
    start(emit) {
      let last = read();
      takeBack = every(intervalMs, () => {
        const next = read();
        for (const gap of readGaps(last, next, intervalMs)) emit(gap);
        last = next;
        const { wallMs, monotonicMs } = next;
        if (!isAtRest) emit({ type: 'tick', wallMs });
        else if (restToldAt === null || monotonicMs - restToldAt >= restMs) {
          restToldAt = monotonicMs;
          emit({ type: 'tick', wallMs, restMs });
        }
      });
    },
    rest(rests) {
      isAtRest = rests;
      restToldAt = null;
    },
    stop() {
      takeBack();
    },
  };
}
