/** For what tells nobody when it is so: a file, a process, a screen. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Looks {
  /** How long from one look to the next. */
  readonly pauseMs?: number;
  /** What there is instead, if it is not so in time. */
  readonly seen?: () => string;
}

/** Waits until it is so. @throws with what was waited for, if it is not so in time */
export async function until(
  what: string,
  isSo: () => boolean,
  limitMs = 60_000,
  { pauseMs = 50, seen = () => '' }: Looks = {},
): Promise<void> {
  for (const end = performance.now() + limitMs; !isSo(); await sleep(pauseMs))
    if (performance.now() > end) throw new Error(`not in ${limitMs} ms: ${what}\n${seen()}`.trimEnd());
}
