/** Remembers rows as they were read, because a plan moves them to where the repaired file will have them. */
import type { Row } from '../index.ts';

/**
 * One list for each field that a plan may change: a copy of each row would take several times the memory.
 * @returns puts everything back
 */
export function rememberRows(rows: readonly Row[]): () => void {
  const parents = rows.map((row) => row.parent);
  const links = rows.map((row) => row.link);
  const messageIds = rows.map((row) => row.messageId);
  const uses = rows.map((row) => row.uses);
  const results = rows.map((row) => row.results);
  const times = Float64Array.from(rows, (row) => row.time);
  const befores = new Map(rows.flatMap((row) => (row.before === null ? [] : [[row, row.before]])));
  return () => {
    for (const [order, row] of rows.entries()) {
      row.order = order;
      row.parent = parents[order] as Row | null;
      row.link = links[order] as Row['link'];
      row.messageId = messageIds[order] as string | null;
      row.uses = uses[order] as readonly string[];
      row.results = results[order] as readonly string[];
      row.time = times[order] as number;
      row.before = befores.get(row) ?? null;
    }
  };
}
