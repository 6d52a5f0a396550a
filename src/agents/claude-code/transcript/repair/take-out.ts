/** Takes records out of a conversation: the records that followed one then follow its parent. */
import type { Row } from '../index.ts';

/**
 * Removes them from `rows`.
 * @returns the rows that have another parent now
 */
export function takeOut(rows: Row[], removed: ReadonlySet<Row>): readonly Row[] {
  if (removed.size === 0) return [];
  const relinked = rows.filter((row) => row.parent !== null && removed.has(row.parent) && !removed.has(row));
  for (const row of relinked) row.parent = remaining(row.parent, removed);
  for (const row of rows) row.before = remaining(row.before, removed);
  const kept = rows.filter((row) => !removed.has(row));
  rows.splice(0, rows.length, ...kept);
  for (const [order, row] of rows.entries()) row.order = order;
  return relinked;
}

function remaining(row: Row | null, removed: ReadonlySet<Row>): Row | null {
  let parent = row;
  while (parent !== null && removed.has(parent)) parent = parent.parent;
  return parent;
}
