/** How long to wait before the next attempt. Pure: the caller brings the randomness and keeps the timer. */

export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
}

/**
 * Exponential backoff with jitter: attempt 1 waits about `initialMs`, each further attempt twice as long, up to
 * `maxMs`. Half of the wait is random, so that many guards do not retry in step.
 *
 * @param attempt number of failed attempts, 1 or more
 * @param random from 0 to 1
 * @returns whole milliseconds, from half of the step to the step itself
 */
export function backoff(attempt: number, options: BackoffOptions, random: number): number {
  const doublings = Math.min(Math.max(attempt, 1) - 1, 50); // beyond 2^50 any step is above maxMs
  const stepMs = Math.min(options.initialMs * 2 ** doublings, options.maxMs);
  return Math.round(stepMs * (0.5 + random / 2));
}
