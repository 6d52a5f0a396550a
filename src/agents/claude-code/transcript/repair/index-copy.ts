/**
 * Indexes the repaired copy of a conversation file without parsing again what it has in common with the original: those
 * lines are compared byte for byte, and their rows are used again. Only the other lines are parsed.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { parseRecord } from '../../../common/json.ts';
import { fill, linkParents, type NamedEnd, type TranscriptIndex } from '../index.ts';
import { endNamedIn, type Link, readLink } from '../records.ts';
import { Row } from '../row.ts';
import type { Examined } from './plan.ts';
import { type Content, readContent, wholesome } from './poison/index.ts';
import type { KeptRange } from './rewrite.ts';
import { createSameIds } from './same-ids.ts';

type NewLink = Link & { readonly uuid: string };

/** A line that the original does not have. */
interface NewLine {
  readonly offset: number;
  readonly length: number;
  /** Null: it is no link of the chain. */
  readonly link: NewLink | null;
  readonly content: Content;
  /** See `endNamedIn`. */
  readonly namedEnd: string | null | undefined;
}

/** A kept range, and the new lines before it. */
interface Part {
  readonly lines: readonly NewLine[];
  readonly range: KeptRange;
}

const pieceBytes = 1024 * 1024;
/** Of new lines. More of them are not worth holding in memory at once. */
const maxNewBytes = 4 * 1024 * 1024;
const newline = 0x0a;

/**
 * @param original with its rows as they were read; they become rows of the copy
 * @param kept what the copy has in common with the original, in order, in whole lines
 * @returns null if only a reading of the whole copy can tell, for whatever reason; the rows are as they were
 */
export async function indexCopy(
  original: TranscriptIndex,
  kept: readonly KeptRange[],
  path: string,
): Promise<Examined | null> {
  if (!original.isPlain || original.newlineMissing) return null;
  const source = await open(original.path);
  try {
    const copy = await open(path);
    try {
      const parts = await readParts(source, copy, kept);
      return parts === null ? null : assemble(original, parts);
    } finally {
      await copy.close();
    }
  } finally {
    await source.close();
  }
}

async function readParts(
  source: FileHandle,
  copy: FileHandle,
  kept: readonly KeptRange[],
): Promise<readonly Part[] | null> {
  const { size } = await copy.stat();
  const buffers = [Buffer.allocUnsafe(pieceBytes), Buffer.allocUnsafe(pieceBytes)] as const;
  const parts: Part[] = [];
  if (size - kept.reduce((sum, { length }) => sum + length, 0) > maxNewBytes) return null;
  let at = 0;
  for (const range of [...kept, { from: Number.POSITIVE_INFINITY, at: size, length: 0 }]) {
    const lines = await readNewLines(copy, at, range.at);
    if (lines === null || !(await isSame(source, copy, range, buffers))) return null;
    parts.push({ lines, range });
    at = range.at + range.length;
  }
  return parts;
}

/** Null: not all of them are sound records that stand for themselves. */
async function readNewLines(copy: FileHandle, start: number, end: number): Promise<NewLine[] | null> {
  const bytes = Buffer.alloc(end - start);
  await copy.read(bytes, 0, bytes.length, start);
  const lines: NewLine[] = [];
  for (let from = 0; from < bytes.length; ) {
    const to = bytes.indexOf(newline, from);
    const text = bytes.toString('utf8', from, Math.max(from, to));
    const record = text.startsWith('{') ? parseRecord(text) : null;
    if (record === null) return null;
    const link = readLink(record);
    if (link !== null && (link.uuid === null || link.time === null)) return null;
    lines.push({
      offset: start + from,
      length: to - from,
      link: link as NewLink | null,
      content: link === null || link.side ? wholesome : readContent(record, text),
      namedEnd: endNamedIn(record, link),
    });
    from = to + 1;
  }
  return lines;
}

/** Whether the range is the same in both files, and ends with the end of a line. */
async function isSame(
  source: FileHandle,
  copy: FileHandle,
  { from, at, length }: KeptRange,
  [one, other]: readonly [Buffer, Buffer],
): Promise<boolean> {
  for (let done = 0; done < length; ) {
    const wanted = Math.min(pieceBytes, length - done);
    const [{ bytesRead }, read] = await Promise.all([
      source.read(one, 0, wanted, from + done),
      copy.read(other, 0, wanted, at + done),
    ]);
    if (bytesRead !== wanted || read.bytesRead !== wanted) return false;
    if (!one.subarray(0, wanted).equals(other.subarray(0, wanted))) return false;
    done += wanted;
    if (done === length && one[wanted - 1] !== newline) return false;
  }
  return true;
}

/** Makes the rows of the original those of the copy. */
function assemble({ rows, namedEnd }: TranscriptIndex, parts: readonly Part[]): Examined | null {
  const links = parts.flatMap(({ lines }) => lines.flatMap(({ link }) => link ?? []));
  const named = endNamed(namedEnd, parts);
  const replaced = rowsReplaced(rows, parts);
  if (named === undefined || replaced === null) return null;
  const byUuid = rowsNamed(rows, links, replaced, named?.uuid);
  if (byUuid === null) return null;

  const inCopy = inOrder(rows, parts, replaced, byUuid);
  for (const link of links) linkParents(byUuid.get(link.uuid) as Row, link, byUuid);
  const lost = new Set(replaced);
  for (const { uuid } of links) lost.delete(byUuid.get(uuid) as Row);
  if (lost.size > 0) for (const row of inCopy) leave(row, lost);
  const end = named === null ? undefined : byUuid.get(named.uuid);
  return {
    rows: inCopy,
    damages: [],
    namedEnd: named === null || end === undefined ? null : { row: end, offset: named.offset },
    newlineMissing: false,
  };
}

/** The last note of the conversation's end. Null: there is none. Undefined: it is not known which is the last. */
function endNamed(
  before: NamedEnd | null,
  parts: readonly Part[],
): { readonly uuid: string; readonly offset: number } | null | undefined {
  const notes = parts.map(({ lines }) => lines.findLast(({ namedEnd }) => namedEnd !== undefined));
  const last = notes.at(-1);
  if (last !== undefined) return last.namedEnd == null ? null : { uuid: last.namedEnd, offset: last.offset };
  // A compaction in mid-file is no new one, so `before` is later than it.
  if (notes.some((note) => note?.namedEnd != null)) return undefined;
  if (before === null) return null;
  const isIn = ({ from, length }: KeptRange) => before.offset >= from && before.offset < from + length;
  const range = parts.find((part) => isIn(part.range))?.range;
  return range && { uuid: before.row.uuid, offset: before.offset - range.from + range.at };
}

/** The rows of lines that the copy has not kept. Null: a range begins or ends inside a line. */
function rowsReplaced(rows: readonly Row[], parts: readonly Part[]): ReadonlySet<Row> | null {
  const replaced = new Set<Row>();
  let next = 0;
  for (const { range } of parts) {
    const end = range.from + range.length;
    for (; next < rows.length; next++) {
      const row = rows[next] as Row;
      if (row.offset >= end) break;
      if (row.offset < range.from) replaced.add(row);
      else if (row.offset + row.length >= end) return null;
    }
  }
  return replaced;
}

/**
 * The rows of the new lines, which are those of the lines that they replace or new ones, and the rows that they name.
 * Null: a new line has the id of another one, or has become a record of another kind.
 */
function rowsNamed(
  rows: readonly Row[],
  links: readonly NewLink[],
  replaced: ReadonlySet<Row>,
  end: string | undefined,
): ReadonlyMap<string, Row> | null {
  const own = new Map(links.map((link) => [link.uuid, link]));
  if (own.size < links.length) return null;
  const named = new Set(links.flatMap((link) => [link.parentUuid, link.logicalParentUuid, link.source]));
  const byUuid = new Map(links.map(({ uuid }) => [uuid, new Row(uuid)]));
  for (const row of rows) {
    const link = own.get(row.uuid);
    if (link !== undefined && !(replaced.has(row) && row.kind === link.kind && row.side === link.side))
      return null;
    if (link !== undefined || (!replaced.has(row) && (named.has(row.uuid) || row.uuid === end)))
      byUuid.set(row.uuid, row);
  }
  return byUuid;
}

/** All rows of the copy, at their places. */
function inOrder(
  rows: readonly Row[],
  parts: readonly Part[],
  replaced: ReadonlySet<Row>,
  byUuid: ReadonlyMap<string, Row>,
): readonly Row[] {
  const ids = createSameIds();
  const inCopy: Row[] = [];
  let next = 0;
  for (const { lines, range } of parts) {
    for (const { link, content, offset, length } of lines) {
      const row = link === null ? undefined : byUuid.get(link.uuid);
      if (link === null || row === undefined) continue;
      fill(row, link, 0, ids);
      row.source = link.source;
      row.content = content;
      row.piece = null;
      row.offset = offset;
      row.length = length;
      row.order = inCopy.push(row) - 1;
    }
    for (; next < rows.length; next++) {
      const row = rows[next] as Row;
      if (replaced.has(row)) continue;
      if (row.offset >= range.from + range.length) break;
      row.offset += range.at - range.from;
      row.order = inCopy.push(row) - 1;
    }
  }
  return inCopy;
}

/** As if the record that it followed had never been there. */
function leave(row: Row, lost: ReadonlySet<Row>): void {
  if (row.parent !== null && lost.has(row.parent)) {
    row.parent = null;
    row.link = 'dangling';
  }
  if (row.before !== null && lost.has(row.before)) row.before = null;
}
