/**
 * The active branch of a conversation, as the agent follows it on resume: from an end (`leaf.ts`) up, from parent to
 * parent. A resume also finds the other lines of each of the model's messages, with their results, which are off that
 * branch if tools ran in parallel (2.1.42 and newer write them so; only 2.1.197 and newer collect them again).
 */
import type { CallMap } from './call-map.ts';
import type { Row } from './index.ts';
import { createRowSet, type RowSet } from './row-set.ts';

/** Whether the record is a message of the main conversation: it can be sent, and must not be lost. */
export const isMessage = (row: Row) => !row.side && (row.kind === 'user' || row.kind === 'assistant');

/** Records of the main conversation that no record follows, in file order. */
export function endsOf(rows: readonly Row[]): readonly Row[] {
  const parents = createRowSet([], rows.length);
  for (const row of rows) if (!row.side && row.parent !== null) parents.add(row.parent);
  return rows.filter((row) => !row.side && !parents.has(row));
}

/** The last message on the branch that ends at this record; null: there is none. */
export function lastMessage(end: Row): Row | null {
  // In a circle, the walk returns to a marked row at the latest when the marks are further apart than the circle is
  // long.
  let marked: Row | null = null;
  let steps = 0;
  for (let row: Row | null = end; row !== null && row !== marked; row = row.parent) {
    if (isMessage(row)) return row;
    steps += 1;
    if ((steps & (steps - 1)) === 0) marked = row;
  }
  return null;
}

/** The last answer on the branch that ends at this record; a failure counts as one. Null: there is none. */
export const lastAnswer = (end: Row | null): Row | null => nearest(end, (row) => row.kind === 'assistant');

/** Whether the branch that ends at this record passes the other one. */
export const passes = (end: Row, other: Row): boolean => nearest(end, (row) => row === other) !== null;

/** `passes` for many ends: it visits each row once. To be used while the rows keep their parents. */
export function passing(other: Row): (end: Row) => boolean {
  const visited = createRowSet();
  const below = createRowSet([other]);
  return (end) => {
    let top: Row | null = end;
    while (top !== null && !below.has(top) && visited.add(top)) top = top.parent;
    if (top === null || !below.has(top)) return false;
    for (let row: Row | null = end; row !== null && row !== top; row = row.parent) below.add(row);
    return true;
  };
}

function nearest(end: Row | null, isWanted: (row: Row) => boolean): Row | null {
  const seen = createRowSet();
  for (let row = end; row !== null && seen.add(row); row = row.parent) if (isWanted(row)) return row;
  return null;
}

/** The branch from the first record to `leaf`. A circle is cut where it closes. */
export function chainTo(leaf: Row | null): Row[] {
  const seen = createRowSet();
  let length = 0;
  for (let row = leaf; row !== null && seen.add(row); row = row.parent) length += 1;
  // Allocated at its full length: a growing array would leave several times as much garbage.
  const chain = new Array<Row>(length);
  for (let row = leaf; row !== null && length > 0; row = row.parent) chain[--length] = row;
  return chain;
}

/**
 * Everything that a resume finds: the active branch across compactions and, off it, the lines and results that belong
 * to a message on it.
 */
export function reachable(rows: readonly Row[], calls: CallMap, end: Row | null): RowSet {
  const reached = createRowSet([], rows.length);
  let leaf = end;
  while (leaf !== null) {
    const chain = chainTo(leaf);
    let isNew = false;
    for (const row of chain) isNew = reached.add(row) || isNew;
    if (!isNew) break;
    leaf = chain[0]?.before ?? null;
  }
  for (const row of rows) {
    if (row.messageId === null || !reached.has(row)) continue;
    for (const line of calls.callLines(row.messageId)) {
      reached.add(line);
      for (const id of line.uses) for (const result of calls.resultsOf(id)) reached.add(result);
    }
  }
  return reached;
}

/** How much of the conversation a resume finds. */
export interface Reach {
  readonly reachable: number;
  readonly total: number;
}

export function reachOf(rows: readonly Row[], reached: RowSet): Reach {
  let found = 0;
  let total = 0;
  for (const row of rows) {
    if (!isMessage(row)) continue;
    total += 1;
    if (reached.has(row)) found += 1;
  }
  return { reachable: found, total };
}
