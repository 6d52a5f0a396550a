/**
 * Ties the way through a conversation together where it breaks off: a record that names a parent which is not in the
 * file, an answer or a result without any parent, a circle.
 */
import { chainTo, leafOf } from './transcript-chain.ts';
import type { Row } from './transcript-index.ts';
import type { Work } from './transcript-plan.ts';

/** How far around a record its parent is looked for, in records. Lines are written nearly in order (lab notes §3). */
const reachBack = 400;
const reachAhead = 50;
/** A record without children is preferred as parent over a newer one with children, within this time. */
const nearMs = 5_000;

/** Messages without an id make some versions refuse the whole file, wherever they stand. */
export function nameBareRecords(work: Work): void {
  const parents = parentsOf(work.rows);
  for (const row of work.rows) {
    if (!row.bare) continue;
    work.note('bare');
    work.change(row);
    if (row.parent === null) adopt(work, row, parents);
  }
}

export function relink(work: Work): void {
  const parents = parentsOf(work.rows);
  const leaf = newestEnd(work);
  const seen = new Set<Row>();
  for (let top = leaf; top !== null; top = top.parent) {
    seen.add(top);
    if (top.parent !== null && !seen.has(top.parent)) continue;
    if (top.parent !== null) openCircle(work, chainTo(leaf), top.parent);
    else if (isBroken(work, top)) adopt(work, top, parents);
    else return;
    // Opening a circle below leaves this record with its parent, on the way already seen.
    if (top.parent !== null && seen.has(top.parent)) return;
  }
}

function parentsOf(rows: readonly Row[]): Set<Row> {
  const parents = new Set<Row>();
  for (const row of rows) if (row.parent !== null) parents.add(row.parent);
  return parents;
}

/** With nothing but circles there is no end: then the newest record. */
function newestEnd(work: Work): Row | null {
  const leaf = leafOf(work.rows);
  if (leaf !== null) return leaf;
  return work.rows.reduce<Row | null>((best, row) => {
    return row.side || (best !== null && best.time > row.time) ? best : row;
  }, null);
}

/**
 * Opens the circle at the record with which it began: a person's message, if there is one in it.
 * @param chain the way, cut where the circle closes
 * @param closing the record of the way that the first one names as its parent
 */
function openCircle(work: Work, chain: readonly Row[], closing: Row): void {
  const circle = chain.slice(0, chain.indexOf(closing) + 1);
  const prompts = circle.filter(isPrompt);
  const first = (prompts.length > 0 ? prompts : circle).reduce((oldest, row) =>
    row.time < oldest.time ? row : oldest,
  );
  work.note('circle');
  work.change(first).relinked = true;
  Object.assign(first, { parent: null, link: 'root' });
}

const isPrompt = (row: Row) => row.kind === 'user' && row.results.length === 0;

function isBroken(work: Work, root: Row): boolean {
  if (root.link === 'dangling') return true;
  if (root.kind === 'assistant') return !root.failure;
  if (root.kind !== 'user') return false;
  if (root.results.length > 0) return true;
  const { reachable, total } = work.reach;
  return work.options.reconnect && root.order > 0 && reachable * 2 < total;
}

function adopt(work: Work, row: Row, parents: Set<Row>): boolean {
  const parent = foster(work, row, parents);
  if (parent === null) return false; // the way begins here, then
  work.note(row.link === 'root' && isPrompt(row) && !row.bare ? 'restart' : 'unlinked');
  row.parent = parent;
  row.link = 'linked';
  parents.add(parent);
  work.change(row).relinked = true;
  return true;
}

/** Whether `row` is an ancestor of the other, or the same. In a circle of others the walk ends after as many steps. */
function isBelow(other: Row, row: Row): boolean {
  let steps = 0;
  for (let up: Row | null = other; up !== null && steps < mostSteps; up = up.parent, steps++)
    if (up === row) return true;
  return steps >= mostSteps;
}
const mostSteps = 5_000_000;

/** The record after which this one must have come. */
function foster(work: Work, row: Row, parents: ReadonlySet<Row>): Row | null {
  const fits = (candidate: Row | undefined): candidate is Row =>
    candidate !== undefined && !candidate.side && !isBelow(candidate, row);
  const caller = row.results.flatMap((id) => work.calls.linesOf.get(id) ?? []).findLast(fits);
  if (caller !== undefined) return caller;
  const around = work.rows.slice(Math.max(0, row.order - reachBack), row.order + reachAhead);
  const source = row.source === null ? undefined : around.find((candidate) => candidate.uuid === row.source);
  if (fits(source)) return source;
  const sameMessage = around.findLast(
    (candidate) =>
      row.messageId !== null && candidate.messageId === row.messageId && candidate.order < row.order,
  );
  if (fits(sameMessage)) return sameMessage;
  const earlier = around
    .filter(
      (candidate) => (candidate.kind !== 'progress' || row.kind === 'progress') && isEarlier(candidate, row),
    )
    .toSorted((a, b) => a.time - b.time || a.order - b.order);
  const newest = earlier.findLast(fits);
  if (newest === undefined) return null;
  const ends = earlier.filter(
    (candidate) => !parents.has(candidate) && newest.time - candidate.time <= nearMs,
  );
  return ends.toSorted((a, b) => a.order - b.order).findLast(fits) ?? newest;
}

const isEarlier = (candidate: Row, row: Row) =>
  candidate.time < row.time || (candidate.time === row.time && candidate.order < row.order);
