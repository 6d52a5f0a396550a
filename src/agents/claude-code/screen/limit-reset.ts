/** The time at which a usage limit ends, as the agent prints it: `resets 6:27am (UTC)`, `resets Nov 25, 3pm`. */
import type { LimitReset } from '../../../events.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const pattern =
  /\bresets?\s+(?:at\s+)?(?:([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:,|\s+at)?\s+)?(\d{1,2})(?::(\d{2}))?\s*(am|pm)?(?:\s*\(([A-Za-z0-9_+/-]+)\))?/i;

/** Null if the text names no reset time. */
export function readReset(text: string): LimitReset | null {
  const [found, month, day, hour, minute, half, zone] = pattern.exec(text) ?? [];
  if (found === undefined || hour === undefined || (minute === undefined && half === undefined)) return null;
  const twelve = Number(hour) % 12;
  const hours = half === undefined ? Number(hour) : twelve + (half.toLowerCase() === 'pm' ? 12 : 0);
  if (hours > 23 || Number(minute ?? 0) > 59) return null;
  const at = month === undefined ? -1 : months.indexOf(month.toLowerCase());
  return {
    hour: hours,
    minute: Number(minute ?? 0),
    ...(zone === undefined ? {} : { zone }),
    ...(at < 0 ? {} : { month: at + 1, day: Number(day) }),
  };
}
