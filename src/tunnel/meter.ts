/** Counts the bytes of a connection and reports them at most once per interval: first burst at once, the rest later. */

export interface Meter {
  up(bytes: number): void;
  down(bytes: number): void;
  /** Reports what is still unreported and stops. */
  close(): void;
}

/** Every event is journalled, so a stream must not make more than two a second. */
const intervalMs = 500;

/** @param report bytes since the last report, in each direction */
export function createMeter(report: (up: number, down: number) => void): Meter {
  let up = 0;
  let down = 0;
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    timer = null;
    if (up + down === 0) return;
    timer = setTimeout(flush, intervalMs);
    timer.unref();
    const counted = { up, down };
    up = 0;
    down = 0;
    report(counted.up, counted.down);
  }
  function count(moreUp: number, moreDown: number): void {
    up += moreUp;
    down += moreDown;
    if (!timer) flush();
  }
  return {
    up: (bytes) => count(bytes, 0),
    down: (bytes) => count(0, bytes),
    close() {
      if (timer) clearTimeout(timer);
      flush();
      if (timer) clearTimeout(timer);
    },
  };
}
