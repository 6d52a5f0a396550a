/**
 * Reconnects the active branch where it breaks: a record whose parent is not in the file, an answer or a result without
 * any parent, a circle.
 */

import { isMessage, reachable } from '../chain.ts';
import type { Row } from '../index.ts';
import { disorderRows } from '../leaf.ts';
import { createRowSet, type RowSet } from '../row-set.ts';
import type { Work } from './work.ts';

/** How many records before a record are searched for its parent. */
const reachBack = 400;
/** Within this time, a record without children is preferred as a parent to a newer one with children. */
const nearMs = 5_000;

/** Messages without an id make some versions refuse the whole file, wherever they are. */
export function nameBareRecords(work: Work): void {
  const bare = work.rows.filter((row) => row.bare);
  if (bare.length === 0) return;
  const parents = parentsOf(work.rows);
  for (const row of bare) {
    work.note('bare');
    work.change(row);
    if (row.parent === null) adopt(work, row, parents);
    if (row.parent !== null) row.time = Math.max(row.time, row.parent.time + 1); // its time is made up anyway
  }
}

export function relink(work: Work): void {
  openCircles(work);
  let parents: RowSet | null = null;
  const seen = createRowSet();
  // A new parent may be part of a circle of notes, which the next pass opens.
  for (let top = work.branch().at(-1) ?? null; top !== null && seen.add(top); top = top.parent)
    if (top.parent === null && isBroken(work, top)) {
      parents ??= parentsOf(work.rows);
      adopt(work, top, parents);
    }
}

function parentsOf(rows: readonly Row[]): RowSet {
  const parents = createRowSet();
  for (const row of rows) if (row.parent !== null) parents.add(row.parent);
  return parents;
}

/**
 * Opens the circles on the active branch first, then those off it that hold messages: 1.0.56 would follow them for
 * ever. A circle of mere notes stays, because once opened, it could be taken for the newest end.
 */
function openCircles(work: Work): void {
  /** For each row, the number of the walk that passed it, from 1; 0: none has. */
  const passed = new Uint32Array(work.rows.length);
  const newest = newestEnd(work);
  for (let walk = 1; walk <= work.rows.length + 1; walk++) {
    const start = walk === 1 ? newest : (work.rows[work.rows.length + 1 - walk] ?? null);
    for (let row = start; row !== null && passed[row.order] === 0; row = row.parent) {
      passed[row.order] = walk;
      if (row.parent === null || passed[row.parent.order] !== walk) continue;
      const circle = circleOf(row);
      if (start === newest) openOnBranch(work, row, circle);
      else if (circle.some(isMessage)) openAt(work, impossibleLinksIn(circle)[0] ?? row);
    }
  }
}

/** The newest end; the newest record if there is no end, because there is nothing but circles. */
function newestEnd(work: Work): Row | null {
  const leaf = work.branch().at(-1);
  if (leaf !== undefined) return leaf;
  return work.rows.reduce<Row | null>((best, row) => {
    return row.side || (best !== null && best.time > row.time) ? best : row;
  }, null);
}

/** Records that name a later record as their parent, oldest first. */
const impossibleLinksIn = (circle: readonly Row[]): readonly Row[] =>
  circle
    .filter((row) => row.parent !== null && !isEarlier(row.parent, row))
    .toSorted((a, b) => a.time - b.time);

/**
 * Opens the circle at an impossible link, if a resume then still finds everything that it found before. Otherwise opens
 * it where the walk returns to its beginning, which never loses anything.
 * @param last the first record on the way up whose parent was passed before
 */
function openOnBranch(work: Work, last: Row, circle: readonly Row[]): void {
  const found = reachable(work.rows, work.calls, work.leaf());
  const losesNothing = (row: Row) => {
    const { parent, link } = row;
    Object.assign(row, { parent: null, link: 'dangling' });
    const finds = reachable(work.rows, work.calls, work.leaf());
    Object.assign(row, { parent, link });
    return work.rows.every((one) => !found.has(one) || finds.has(one));
  };
  openAt(work, impossibleLinksIn(circle).find(losesNothing) ?? last);
}

function openAt(work: Work, row: Row): void {
  Object.assign(row, { parent: null, link: 'dangling' });
  work.note('circle');
  work.change(row).relinked = true;
}

function circleOf(last: Row): readonly Row[] {
  const circle = [last];
  for (let row = last.parent; row !== null && row !== last; row = row.parent) circle.push(row);
  return circle;
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

function adopt(work: Work, row: Row, parents: RowSet): void {
  if (row.kind === 'boundary') {
    // Records from before a compaction are not sent any more, so it needs no parent.
    row.link = 'root';
    work.note('unlinked');
    work.change(row).relinked = true;
    return;
  }
  const parent = findParent(work, row, parents);
  if (parent === null) return; // the branch begins here
  work.note(row.link === 'root' && isPrompt(row) && !row.bare ? 'restart' : 'unlinked');
  row.parent = parent;
  row.link = 'linked';
  parents.add(parent);
  work.change(row).relinked = true;
}

/** Whether `other` is a descendant of `row`, or the same record. */
function isBelow(other: Row, row: Row, most: number): boolean {
  let up: Row | null = other;
  for (let steps = 0; up !== null && steps < most; up = up.parent, steps++) if (up === row) return true;
  return false; // no end: a circle of other records, which is opened when the walk gets there
}

/** The record that this one must have followed. */
function findParent(work: Work, row: Row, parents: RowSet): Row | null {
  const fits = (candidate: Row | undefined): candidate is Row =>
    candidate !== undefined && !candidate.side && !isBelow(candidate, row, work.rows.length);
  const caller = row.results.flatMap((id) => work.calls.linesOf(id)).findLast(fits);
  if (caller !== undefined) return caller;
  const around = work.rows.slice(Math.max(0, row.order - reachBack), row.order + disorderRows);
  const source = row.source === null ? undefined : around.find((candidate) => candidate.uuid === row.source);
  if (fits(source)) return source;
  const sameMessage = around.filter(({ messageId }) => messageId !== null && messageId === row.messageId);
  const sibling =
    sameMessage.findLast((line) => line.order < row.order && fits(line)) ?? sameMessage.find(fits);
  if (sibling !== undefined) return sibling;
  const earlier = around
    .filter(
      (candidate) => (candidate.kind !== 'progress' || row.kind === 'progress') && isEarlier(candidate, row),
    )
    .toSorted((a, b) => a.time - b.time || a.order - b.order);
  const newest = earlier.findLast(fits);
  // Times may mean nothing: 1.0.56 gives copies of a conversation new ones. The place in the file still counts.
  if (newest === undefined) return around.findLast((one) => one.order < row.order && fits(one)) ?? null;
  const ends = earlier.filter(
    (candidate) => !parents.has(candidate) && newest.time - candidate.time <= nearMs,
  );
  return ends.toSorted((a, b) => a.order - b.order).findLast(fits) ?? newest;
}

/**
 * Records that are written at the same moment (attachments of a prompt) have times in any order; then the place in the
 * file decides.
 */
const isEarlier = (candidate: Row, row: Row) =>
  Math.abs(candidate.time - row.time) <= atOnceMs ? candidate.order < row.order : candidate.time < row.time;
const atOnceMs = 100;
