/** Turns a printed time of day into a moment, in its own time zone and across changes to and from summer time. Pure. */
import type { LimitReset } from '../events.ts';

const dayMs = 86_400_000;
/** A time that has only just passed is still the one meant, because the text may be read a moment late. */
const justGoneMs = 10 * 60_000;

/**
 * The next moment at which a clock in that zone shows that time (and date, if there is one).
 * @param nowMs Unix milliseconds
 * @returns Unix milliseconds; null for a zone that this machine does not know
 */
export function momentOf(reset: LimitReset, nowMs: number): number | null {
  try {
    const today = partsIn(reset.zone, nowMs);
    const year = today.year;
    const candidates =
      reset.month !== undefined && reset.day !== undefined
        ? [0, 1].map((later) => toMoment(reset, year + later, reset.month ?? 1, reset.day ?? 1))
        : [-1, 0, 1, 2].map((days) => {
            const date = new Date(Date.UTC(year, today.month - 1, today.day) + days * dayMs);
            return toMoment(reset, date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
          });
    return candidates.find((moment) => moment >= nowMs - justGoneMs) ?? null;
  } catch {
    return null; // RangeError: unknown time zone
  }
}

/** Reads the zone's offset at a first guess and again at the corrected moment, for days on which the offset changes. */
function toMoment({ zone, hour, minute }: LimitReset, year: number, month: number, day: number): number {
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  const guess = asUtc - offsetMs(zone, asUtc);
  return asUtc - offsetMs(zone, guess);
}

function offsetMs(zone: string | undefined, atMs: number): number {
  const { year, month, day, hour, minute, second } = partsIn(zone, atMs);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}

function partsIn(zone: string | undefined, atMs: number) {
  const format = new Intl.DateTimeFormat('en-US', {
    ...(zone === undefined ? {} : { timeZone: zone }),
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return { year, month, day, hour, minute, second };
}
