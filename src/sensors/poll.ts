/**
 * A look at a steady pace, for what no event tells of, or none on some file systems. While the agent rests a look a
 * minute is enough: whatever happens ends the rest, and then it is looked at once.
 */
import type { Millis } from '../events.ts';

/** How often it is looked, and how often time is told, while the agent rests. */
export const restMs: Millis = 60_000;

export interface Poll {
  start(): void;
  stop(): void;
  rest(isAtRest: boolean): void;
}

export function createPoll(look: () => void, everyMs: Millis): Poll {
  let timer: NodeJS.Timeout | undefined;
  function lookEvery(ms: Millis): void {
    clearInterval(timer);
    timer = setInterval(look, ms);
    timer.unref();
  }
  return {
    start: () => lookEvery(everyMs),
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
    rest(isAtRest) {
      if (timer === undefined) return;
      lookEvery(isAtRest ? restMs : everyMs);
      if (!isAtRest) look();
    },
  };
}
