/**
 * The attended clock. It stands still while nothing that should happen can happen: the machine sleeps, the guard is not
 * scheduled, the terminal is suspended, lent to another process, or takes no output. It also stands still for a moment
 * after each of these, while the network and the agent's timers come back. Every "since" in the evidence is a time on
 * this clock, so no deadline runs meanwhile.
 */
import type { Event, Millis } from '../../events.ts';

export interface Clock {
  /** The latest event, on the monotonic clock. */
  readonly at: Millis;
  /** How far the attended clock lags behind the monotonic one. */
  readonly lag: Millis;
  /** The latest time that the clock stood still: since when, and the lag until then. Absent: it never has. */
  readonly stood?: { readonly since: Millis; readonly lag: Millis; readonly until: Millis };
  /** Monotonic. Until then the clock stands still and nothing is judged. */
  readonly graceUntil: Millis;
  /** Wall clock minus monotonic clock, as of the last tick. */
  readonly wallOffsetMs: number | null;
  /** The latest event was a tick in a rest, and the next one may come this much later; 0 or absent: it was not. */
  readonly restMs?: Millis;
}

/** The grace after a sleep, a stall or a suspension. */
export const graceMs = 5_000;
/**
 * Ticks come every second, or as the one before has announced. If an event comes this long after it was due, the guard
 * was not scheduled and saw nothing.
 */
const lateMs = 2_000;
/** While the clock stands still, it moves by this much per event, so that a later event has a later stamp. */
const leastStepMs = 0.001;
/** A shorter stop is a busy machine or a slow line, and gets no grace. */
const longStopMs = 5_000;

export const startClock = (at: Millis): Clock => ({ at, lag: 0, graceUntil: at, wallOffsetMs: null });

/** @param stopped since when the terminal has been suspended or blocked (monotonic); null: it is neither */
export function foldClock(clock: Clock, event: Event, stopped: Millis | null): Clock {
  const passedMs = event.at - clock.at;
  const missedMs = passedMs > lateMs + (clock.restMs ?? 0) ? passedMs : 0;
  const usableMs = Math.min(passedMs - missedMs, Math.max(0, event.at - clock.graceUntil));
  const orderMs = Math.min(passedMs, leastStepMs);
  const stopMs = event.type === 'terminal.drained' && stopped !== null ? event.at - stopped : missedMs;
  const returns = event.type === 'clock.gap' || goesOnAgain(event) || stopMs >= longStopMs;
  const stoodMs = passedMs - Math.max(orderMs, stopped === null ? usableMs : 0);
  const goesOn = clock.stood?.until === clock.at;
  const since = goesOn ? clock.stood : { since: clock.at, lag: clock.lag };
  const stood = stoodMs > 0 && since ? { ...since, until: event.at } : clock.stood;
  return {
    at: event.at,
    lag: clock.lag + stoodMs,
    ...(stood && { stood }),
    graceUntil: returns ? event.at + graceMs : clock.graceUntil,
    wallOffsetMs:
      event.type === 'tick' && event.wallMs !== undefined ? event.wallMs - event.at : clock.wallOffsetMs,
    restMs: event.type === 'tick' ? (event.restMs ?? 0) : 0,
  };
}

/** The agent was suspended, and no longer is. */
export const goesOnAgain = ({ type }: Event): boolean =>
  type === 'terminal.continued' || type === 'terminal.returned';

/** The attended time of the latest event. */
export const attended = ({ at, lag }: Clock): Millis => at - lag;

/** Nothing is judged during the grace. */
export const inGrace = ({ at, graceUntil }: Clock): boolean => at < graceUntil;

/**
 * The attended time of a recent moment on the monotonic clock, such as that of a byte that is reported late. A moment
 * while the clock stood counts as the end of that time: what was reported before it stays before it.
 */
export function stampOf({ at, lag, stood }: Clock, moment: Millis): Millis {
  if (stood === undefined || moment >= stood.until) return Math.min(moment, at) - lag;
  return moment <= stood.since ? moment - stood.lag : stood.until - lag;
}

/**
 * The attended time at which what an event tells was written down, if it was; else now. @param clock as of this event
 */
export const writtenAt = (clock: Clock, event: Event): Millis =>
  event.writtenAt === undefined ? attended(clock) : stampOf(clock, event.writtenAt);

/** An attended time as a moment on the monotonic clock, for people and journals. */
export const momentOf = ({ lag }: Clock, stamp: Millis): Millis => stamp + lag;
