/** Remembers rows as they were read, because a plan moves them to where the repaired file will have them. */
import type { Row } from '../index.ts';

/** In place of a parent's number. A record that was read with a parent is `linked`. */
const root = -1;
const dangling = -2;

/**
 * One list for each field that a plan may change: a copy of each row would take several times the memory.
 * @returns puts everything back
 */
export function rememberRows(rows: readonly Row[]): () => void {
  const parents = Int32Array.from(
    rows,
    ({ parent, link }) => parent?.order ?? (link === 'root' ? root : dangling),
  );
  const messageIds = rows.map((row) => row.messageId);
  const uses = rows.map((row) => row.uses);
  const results = rows.map((row) => row.results);
  const times = Float64Array.from(rows, (row) => row.time);
  const befores = new Map(rows.flatMap((row) => (row.before === null ? [] : [[row, row.before]])));
  return () => {
    for (const [order, row] of rows.entries()) {
      const parent = parents[order] as number;
      row.order = order;
      row.parent = rows[parent] ?? null;
      row.link = parent >= 0 ? 'linked' : parent === root ? 'root' : 'dangling';
      row.messageId = messageIds[order] as string | null;
      row.uses = uses[order] as readonly string[];
      row.results = results[order] as readonly string[];
      row.time = times[order] as number;
      row.before = befores.get(row) ?? null;
    }
  };
}
