/**
 * A conversation file in compact form: one small object per link of the chain, without the content, so that a file of
 * any size can be judged. It also lists the lines that are not records.
 */
import { randomUUID } from 'node:crypto';
import { isRecord, type Json, textOf } from '../../common/json.ts';
import { type Line, readLines } from '../../common/transcript-lines.ts';
import { endNamedIn, type Link, readLink } from './records.ts';
import { readContent, wholesome } from './repair/poison/index.ts';
import { salvage } from './repair/salvage.ts';
import { createSameIds, type SameIds } from './repair/same-ids.ts';
import { type Piece, Row } from './row.ts';

export type { Row };

export interface Damage {
  readonly kind: 'torn' | 'garbage' | 'salvaged' | 'duplicate';
  readonly offset: number;
  /** Without the newline, in bytes. */
  readonly length: number;
  /** The records that replace the line; none: the line is dropped. */
  readonly pieces: readonly Piece[];
  /** One of the pieces is the readable part of a truncated prompt. */
  readonly isPromptCut: boolean;
}

/** The end of the conversation according to the agent's own note (`last-prompt`). */
export interface NamedEnd {
  readonly row: Row;
  /** Offset of the note. */
  readonly offset: number;
}

export interface TranscriptIndex {
  readonly path: string;
  readonly rows: readonly Row[];
  readonly damages: readonly Damage[];
  /**
   * The last such note. Null: there is none since the last compaction, or the record that it names is not in the file.
   */
  readonly namedEnd: NamedEnd | null;
  readonly bytes: number;
  readonly lines: number;
  /** The last line is a whole record without a newline, so the next record would be glued to it. */
  readonly newlineMissing: boolean;
  /** Version of the agent in the last record that names one. */
  readonly writtenBy: string | null;
  /** No row depends on other lines: each id is in the file once, and each record has a time. */
  readonly isPlain: boolean;
}

/**
 * @param onRecord called once for each whole record, in file order, with its row if it is a link of the chain
 * @param from offset at which to begin
 */
export async function indexTranscript(
  path: string,
  onRecord: (record: Json, row: Row | null) => void = () => {},
  from = 0,
): Promise<TranscriptIndex> {
  const rows: Row[] = [];
  const byUuid = new Map<string, Row>();
  const damages: Damage[] = [];
  const ids = createSameIds();
  /** A parent may come after its child (2.1.42, 2.1.197), so unknown parents are looked up at the end. */
  const open = new Map<Row, Link>();
  let places = 0;
  let guesses = 0;
  let lines = 0;
  let bytes = 0;
  let newlineMissing = false;
  let writtenBy: string | null = null;
  let noted: { readonly uuid: string; readonly offset: number } | null = null;

  const add = (record: Json, line: Line, text: string, piece: Piece | null) => {
    const link = readLink(record);
    let row: Row | null = null;
    const namesake = link?.uuid == null ? undefined : byUuid.get(link.uuid);
    const isOther = namesake !== undefined && namesake.kind !== link?.kind;
    // A note with the id of a message is a separate record, and no link of the chain.
    if (link !== null && !(isOther && !isMessage(link))) {
      writtenBy = textOf(record, 'version') ?? writtenBy;
      const known = namesake;
      if (known !== undefined && !isOther && isSame(known, link, line, piece, open)) {
        leaveOut({ offset: line.offset, length: line.length, piece }, damages);
        newlineMissing = false;
        return onRecord(record, known);
      }
      if (known !== undefined && !isOther) leaveOut(known, damages);
      row = known ?? new Row(link.uuid ?? randomUUID());
      fill(row, link, rows.at(-1)?.time ?? 0, ids);
      // Reuses the string of the call's row, to save memory.
      row.source = byUuid.get(link.source ?? '')?.uuid ?? link.source;
      row.content = link.side ? wholesome : readContent(record, text);
      row.offset = line.offset;
      row.length = line.length;
      row.piece = piece;
      row.order = places;
      places += 1;
      if (link.uuid === null || link.time === null) guesses += 1;
      if (known === undefined) {
        rows.push(row);
        byUuid.set(row.uuid, row);
      }
      if (linkParents(row, link, byUuid)) open.delete(row);
      else open.set(row, link);
    }
    const uuid = endNamedIn(record, link);
    if (uuid !== undefined) noted = uuid === null ? null : { uuid, offset: line.offset };
    onRecord(record, row);
  };

  await readLines(
    path,
    (line) => {
      lines += 1;
      bytes = line.offset + line.length + (line.ended ? 1 : 0);
      const text = line.bytes.toString('utf8');
      if (text.trim() === '') return;
      const whole = line.bytes.length === line.length;
      const record = whole ? parseLine(text) : null;
      if (record !== null) {
        newlineMissing = !line.ended;
        return add(record, line, text, null);
      }
      // The parent that the record after a truncated prompt names may be another record, which is in the file.
      const saved = (whole ? salvage(text) : []).filter(
        ({ restored, record }) => !restored || !byUuid.has(textOf(record, 'uuid') ?? ''),
      );
      const isPromptCut = saved.some(({ restored }) => restored);
      const pieces = saved.map((one) => ({ text: one.text, dropped: false }));
      const kind = saved.length > 0 ? 'salvaged' : line.ended ? 'garbage' : 'torn';
      damages.push({ kind, offset: line.offset, length: line.length, pieces, isPromptCut });
      for (const [index, one] of saved.entries()) add(one.record, line, one.text, pieces[index] ?? null);
    },
    from,
  );

  for (const [row, link] of open) linkParents(row, link, byUuid);
  // A row whose record was superseded moves to the place of the later record.
  if (places > rows.length) {
    rows.sort((a, b) => a.order - b.order);
    for (const [order, row] of rows.entries()) row.order = order;
  }
  const namedEnd = resolve(noted, byUuid);
  const isPlain = guesses === 0 && places === rows.length;
  return { path, rows, damages, namedEnd, bytes, lines, newlineMissing, writtenBy, isPlain };
}

function resolve(
  noted: { readonly uuid: string; readonly offset: number } | null,
  byUuid: ReadonlyMap<string, Row>,
): NamedEnd | null {
  const row = noted === null ? undefined : byUuid.get(noted.uuid);
  return noted === null || row === undefined ? null : { row, offset: noted.offset };
}

const isMessage = ({ kind }: Link) => kind === 'user' || kind === 'assistant';

/** @param timeBefore the time of the record before it, for a record that has none */
export function fill(row: Row, link: Link, timeBefore: number, ids: SameIds): void {
  row.kind = link.kind;
  row.side = link.side;
  row.failure = link.failure;
  row.refusesThinking = link.refusesThinking;
  row.refused = link.refused;
  row.thinking = link.thinking;
  row.messageId = ids.one(link.messageId);
  row.uses = ids.list(link.uses);
  row.results = ids.list(link.results);
  // A resume continues at the newest record, so a record without a time must not seem older than the one before it.
  row.time = link.time ?? timeBefore + 1;
  row.bare = link.uuid === null || (isMessage(link) && link.time === null);
}

/** @returns whether all parents that the record names are known */
export function linkParents(
  row: Row,
  { parentUuid, logicalParentUuid }: Link,
  byUuid: ReadonlyMap<string, Row>,
): boolean {
  // The main conversation never continues from a subagent's record.
  const known = (uuid: string | null) => {
    const found = uuid === null ? undefined : byUuid.get(uuid);
    return found === undefined || (found.side && !row.side) ? null : found;
  };
  row.parent = known(parentUuid);
  row.before = known(logicalParentUuid);
  row.link = parentUuid === null ? 'root' : row.parent === null ? 'dangling' : 'linked';
  return row.link !== 'dangling' && (logicalParentUuid === null || row.before !== null);
}

/**
 * Records with the same id are one record. The later one counts, as it does for the agent. But if they are the same,
 * the first one does: the agent would take the later one, however old, for the end of the conversation.
 */
function leaveOut(
  { offset, length, piece }: Pick<Row, 'offset' | 'length' | 'piece'>,
  damages: Damage[],
): void {
  if (piece !== null) piece.dropped = true;
  else damages.push({ kind: 'duplicate', offset, length, pieces: [], isPromptCut: false });
}

/** The text of the first record is not in memory any more. */
function isSame(
  row: Row,
  link: Link,
  { length }: Line,
  piece: Piece | null,
  open: ReadonlyMap<Row, Link>,
): boolean {
  const parent = row.parent?.uuid ?? open.get(row)?.parentUuid ?? null;
  const isAsLong = (row.piece?.text ?? row.length) === (piece?.text ?? length);
  return isAsLong && row.kind === link.kind && row.time === link.time && parent === link.parentUuid;
}

function parseLine(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
