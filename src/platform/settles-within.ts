import type { Millis } from '../events.ts';

/** @returns false if the work is still under way by then. Rejects as the work does before */
export async function settlesWithin(limitMs: Millis, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, limitMs, false);
  });
  return await Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer));
}
