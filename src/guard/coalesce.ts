/** Sums up frequent events, because every event is journalled. */

import type { Millis } from '../events.ts';

const periodMs = 500;

/**
 * Reports the first amount at once, then the sum at most once per period.
 * @param tell `lastAt`: when the latest of it came, on the monotonic clock
 */
export function coalesce(tell: (sum: number, lastAt: Millis) => void): (amount: number) => void {
  let sum = 0;
  let lastAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    if (sum === 0) return;
    timer = setTimeout(flush, periodMs).unref();
    const told = sum;
    sum = 0;
    tell(told, lastAt);
  };
  return (amount) => {
    sum += amount;
    lastAt = performance.now();
    if (!timer) flush();
  };
}
