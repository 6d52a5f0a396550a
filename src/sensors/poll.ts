/**
 * Looks at a steady pace for changes that no event reports, or that some file systems do not report. While the agent
 * rests, one look a minute is enough: any event ends the rest, and the end of a rest brings a look at once.
 */
import type { Millis } from '../events.ts';

/** Time between looks, and between ticks, while the agent rests. */
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
