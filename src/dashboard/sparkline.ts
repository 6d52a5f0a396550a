/** A row of bars for the health of a connection: tall is lively, low is silent. Pure. */

/** Silences, in milliseconds, that lower a bar by one step each; each is about double the one before. */
const steps = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000] as const;
const bars = {
  unicode: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  plain: [' ', '_', '.', ':', '-', '=', '+', '*', '#'],
};

/** One sample per bar, oldest first; null if no connection was open. */
export function sparkline(silences: readonly (number | null)[], width: number, unicode: boolean): string {
  const set = unicode ? bars.unicode : bars.plain;
  const shown = silences
    .slice(-width)
    .map((silentMs) => set[silentMs === null ? 0 : height(silentMs)] ?? ' ');
  return shown.join('').padStart(width);
}

function height(silentMs: number): number {
  const lower = steps.filter((limit) => silentMs >= limit).length;
  return bars.unicode.length - 1 - lower;
}
