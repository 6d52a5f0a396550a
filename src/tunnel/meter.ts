/** Counts the bytes of a connection and reports them at most once per interval: first burst at once, the rest later. */

export interface Meter {
  up(bytes: number): void;
  down(bytes: number): void;
  /** Reports what is still unreported and stops. */
  close(): void;
}

/** Every event is journalled, so a stream must not make more than two a second. */
const intervalMs = 500;

export interface Count {
  /** Bytes since the last report. */
  readonly up: number;
  readonly down: number;
  /** Direction of the latest byte. */
  readonly last: 'up' | 'down';
}

export function createMeter(report: (count: Count) => void): Meter {
  let up = 0;
  let down = 0;
  let last: Count['last'] = 'up';
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    timer = null;
    if (up + down === 0) return;
    timer = setTimeout(flush, intervalMs);
    timer.unref();
    const count = { up, down, last };
    up = 0;
    down = 0;
    report(count);
  }
  return {
    up(bytes) {
      up += bytes;
      last = 'up';
      if (!timer) flush();
    },
    down(bytes) {
      down += bytes;
      last = 'down';
      if (!timer) flush();
    },
    close() {
      if (timer) clearTimeout(timer);
      flush();
      if (timer) clearTimeout(timer);
    },
  };
}
