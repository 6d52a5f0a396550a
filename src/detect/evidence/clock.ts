/**
 * The attended clock. It stands while nothing that should happen can: the machine sleeps, the guard has no turn, the
 * terminal is suspended or takes no output; and for a moment after each of these, in which the network and the agent's
 * timers come back. Every "since" of the evidence is a stamp of it, so no deadline runs in such a time.
 */
import type { Event, Millis } from '../../events.ts';

export interface Clock {
  /** The latest event, on the monotonic clock. */
  readonly at: Millis;
  /** How far the attended clock is behind the monotonic one. */
  readonly lag: Millis;
  /** Monotonic: until then it stands, and nothing is judged. */
  readonly graceUntil: Millis;
  /** Wall clock minus monotonic clock, as of the last tick. */
  readonly wallOffsetMs: number | null;
}

/** After a sleep, a stall or a suspension. */
export const graceMs = 5_000;
/** Ticks come each second: an event this long after the one before is late, the guard had no turn, and saw nothing. */
const lateMs = 2_000;
/** Shorter stops are a busy machine, or a line that is merely slow. */
const longStopMs = 5_000;

export const startClock = (at: Millis): Clock => ({ at, lag: 0, graceUntil: at, wallOffsetMs: null });

/** @param stopped since when the terminal has been suspended or blocked (monotonic); null: it is neither */
export function foldClock(clock: Clock, event: Event, stopped: Millis | null): Clock {
  const passedMs = event.at - clock.at;
  const missedMs = passedMs > lateMs ? passedMs : 0;
  const usableMs = Math.min(passedMs - missedMs, Math.max(0, event.at - clock.graceUntil));
  const stopMs = event.type === 'terminal.drained' && stopped !== null ? event.at - stopped : missedMs;
  const returns = event.type === 'clock.gap' || event.type === 'terminal.continued' || stopMs >= longStopMs;
  return {
    at: event.at,
    lag: clock.lag + passedMs - (stopped === null ? usableMs : 0),
    graceUntil: returns ? event.at + graceMs : clock.graceUntil,
    wallOffsetMs:
      event.type === 'tick' && event.wallMs !== undefined ? event.wallMs - event.at : clock.wallOffsetMs,
  };
}

/** The attended time of the latest event. */
export const attended = ({ at, lag }: Clock): Millis => at - lag;

/** Nothing is judged yet. */
export const inGrace = ({ at, graceUntil }: Clock): boolean => at < graceUntil;

/** The attended stamp of a recent moment on the monotonic clock, such as that of a byte which is told late. */
export const stampOf = ({ at, lag }: Clock, moment: Millis): Millis => Math.min(moment, at) - lag;

/** An attended stamp as a moment on the monotonic clock, for what people and journals read. */
export const momentOf = ({ lag }: Clock, stamp: Millis): Millis => stamp + lag;
