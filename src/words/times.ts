/** Moments and durations in words. Pure. */
import prettyMilliseconds from 'pretty-ms';

/** "4s", "3m 20s", "2h 5m", "3d 1h"; less than a second counts as one. */
export const duration = (ms: number): string => prettyMilliseconds(wholeSeconds(ms), { unitCount: 2 });

/** The largest unit alone, at most six characters: "4s", "3m", "2h", "3d". */
export const roughDuration = (ms: number): string => prettyMilliseconds(wholeSeconds(ms), { compact: true });

const wholeSeconds = (ms: number) => Math.max(1, Math.round(ms / 1000)) * 1000;

/** Local time, without the date if it is today's. */
export function clockTime(iso: string, now = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  if (time.toDateString() === now.toDateString()) return clock;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
}
