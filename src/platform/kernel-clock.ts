/**
 * The clock of start times (Linux). They count from the boot of the machine, as `uptime()` does, except in a container
 * whose /proc/uptime counts from its own boot. There this process tells the time: it knows how long it has been
 * running.
 */
import { readdirSync } from 'node:fs';
import { uptime } from 'node:os';
import { startTimeOf } from './process-identity.ts';

/** Linux shows process times in hundredths of a second, whatever the kernel's own clock is (proc(5)). */
export const tickMs = 10;
/** A smaller shift is only the time that node took to start. */
const leastShiftMs = 1_000;

let shiftMs: number | null = null;

/** The time now, as a start time in milliseconds. */
export function kernelNowMs(): number {
  const upMs = uptime() * 1_000;
  if (shiftMs === null) {
    const behindMs = nodeStartMs() + process.uptime() * 1_000 - upMs;
    shiftMs = behindMs < leastShiftMs ? 0 : behindMs; // never negative: `process.uptime()` does not count sleep
  }
  return upMs + shiftMs;
}

/** The first thread may have been a shell's before, which then became node. The second is node's own. */
function nodeStartMs(): number {
  const starts = readdirSync('/proc/self/task').flatMap((thread) => startTimeOf(Number(thread)) ?? []);
  const [first = 0, second = first] = starts.map(Number).toSorted((a, b) => a - b);
  return second * tickMs;
}
