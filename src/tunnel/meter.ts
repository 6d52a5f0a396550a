/**
 * Counts the bytes of a connection and reports them at most once per interval, the first burst at once. However late a
 * report comes, it states when the bytes passed.
 */
import type { ConnectionProgress, Millis } from '../events.ts';
import { createStages } from './stages.ts';

export interface Meter {
  up(chunk: Uint8Array | number): void;
  down(chunk: Uint8Array): void;
  readonly lastUpAt: Millis | null;
  readonly lastDownAt: Millis | null;
  /** Reports what has not been reported yet, then stops. */
  close(): void;
}

/** Every event is journalled, so a stream must not cause more than two a second. */
const intervalMs = 500;

export interface Count extends ConnectionProgress {
  /** Bytes since the last report. */
  readonly up: number;
  readonly down: number;
  /** Direction of the latest byte. */
  readonly last: 'up' | 'down';
}

/** @param secure the bytes are TLS */
export function createMeter(secure: boolean, report: (count: Count) => void): Meter {
  const stages = createStages(secure);
  let up = 0;
  let down = 0;
  let last: Count['last'] = 'up';
  let lastUpAt: Millis | null = null;
  let lastDownAt: Millis | null = null;
  let pingsReported = 0;
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    timer = null;
    if (up + down === 0) return;
    timer = setTimeout(flush, intervalMs);
    timer.unref();
    const { stage, requestAt, requestSize, answerAt, pings } = stages;
    const count: Count = {
      up,
      down,
      last,
      stage,
      ...(lastUpAt !== null && { lastUpAt }),
      ...(lastDownAt !== null && { lastDownAt }),
      ...(requestAt !== null && { requestAt, requestSize }),
      ...(answerAt !== null && { answerAt }),
      ...(pings > pingsReported && { pinged: true }),
    };
    up = 0;
    down = 0;
    pingsReported = pings;
    report(count);
  }
  return {
    up(chunk) {
      lastUpAt = performance.now();
      stages.up(chunk, lastUpAt);
      up += lengthOf(chunk);
      last = 'up';
      if (!timer) flush();
    },
    down(chunk) {
      const now = performance.now();
      if (stages.down(chunk, now)) lastDownAt = now;
      down += chunk.length;
      last = 'down';
      if (!timer) flush();
    },
    get lastUpAt() {
      return lastUpAt;
    },
    get lastDownAt() {
      return lastDownAt;
    },
    close() {
      if (timer) clearTimeout(timer);
      flush();
      if (timer) clearTimeout(timer);
    },
  };
}

export const lengthOf = (chunk: Uint8Array | number): number =>
  typeof chunk === 'number' ? chunk : chunk.length;
