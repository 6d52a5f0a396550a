/**
 * A conversation file in compact form: one small object per link of the chain and none of the content, so that a
 * file of any size can be judged. Also says which lines are no records.
 */
import { randomUUID } from 'node:crypto';
import { isRecord, type Json, textOf } from '../common/json.ts';
import { type Line, readLines } from '../common/transcript-lines.ts';
import { type Content, readContent, wholesome } from './transcript/poison/index.ts';
import { type Link, type RowKind, readLink } from './transcript-records.ts';
import { salvage } from './transcript-salvage.ts';

/** A record inside a damaged line. */
export interface Piece {
  readonly text: string;
  /** Superseded by a later record with the same id. */
  dropped: boolean;
}

/** One link of the chain. */
export interface Row {
  readonly uuid: string;
  kind: RowKind;
  side: boolean;
  failure: boolean;
  refusesThinking: boolean;
  refused: boolean;
  thinking: Link['thinking'];
  content: Content;
  messageId: string | null;
  uses: readonly string[];
  results: readonly string[];
  source: string | null;
  /** Unix milliseconds; right after the record before if it was missing. */
  time: number;
  /** The record had no id or no time: both are to be written. */
  bare: boolean;
  parent: Row | null;
  /** `dangling`: it names a parent that is not in the file. */
  link: 'root' | 'linked' | 'dangling';
  /** For a compaction: the last record before it. */
  before: Row | null;
  /** Place of its line in the file, without the newline. */
  offset: number;
  length: number;
  /** Null: the line is the record. */
  piece: Piece | null;
  /** Counts the links of the file from 0. */
  order: number;
}

export interface Damage {
  readonly kind: 'torn' | 'garbage' | 'salvaged' | 'duplicate';
  readonly offset: number;
  /** Bytes without the newline. */
  readonly length: number;
  /** What the line is replaced by; none: it is dropped. */
  readonly pieces: readonly Piece[];
  /** One of them is what can be read of a prompt. */
  readonly isPromptCut: boolean;
}

export interface TranscriptIndex {
  readonly path: string;
  readonly rows: readonly Row[];
  readonly damages: readonly Damage[];
  readonly bytes: number;
  readonly lines: number;
  /** The last line is a whole record, but its newline is missing: the next one would be glued to it. */
  readonly newlineMissing: boolean;
  /** Version of the agent that wrote the last record which names one. */
  readonly writtenBy: string | null;
}

/**
 * @param onRecord sees each whole record once, in file order, with its link if it has one
 * @param from offset to begin at
 */
export async function indexTranscript(
  path: string,
  onRecord: (record: Json, row: Row | null) => void = () => {},
  from = 0,
): Promise<TranscriptIndex> {
  const rows: Row[] = [];
  const byUuid = new Map<string, Row>();
  const damages: Damage[] = [];
  /** A parent may stand behind its child (lab notes §3): names not known yet are looked up at the end. */
  const open = new Map<Row, Link>();
  let places = 0;
  let lines = 0;
  let bytes = 0;
  let newlineMissing = false;
  let writtenBy: string | null = null;

  const add = (record: Json, line: Line, text: string, piece: Piece | null) => {
    const link = readLink(record);
    let row: Row | null = null;
    const namesake = link?.uuid == null ? undefined : byUuid.get(link.uuid);
    const isOther = namesake !== undefined && namesake.kind !== link?.kind;
    // A note that has a message's id is another record, and no link of the chain.
    if (link !== null && !(isOther && !speaks(link))) {
      writtenBy = textOf(record, 'version') ?? writtenBy;
      const known = namesake;
      if (known !== undefined && !isOther) supersede(known, damages);
      row = known ?? newRow(link.uuid ?? randomUUID());
      fill(row, link, rows.at(-1)?.time ?? 0);
      row.content = link.side ? wholesome : readContent(record, text);
      Object.assign(row, { offset: line.offset, length: line.length, piece, order: places });
      places += 1;
      if (known === undefined) {
        rows.push(row);
        byUuid.set(row.uuid, row);
      }
      if (tie(row, link, byUuid)) open.delete(row);
      else open.set(row, link);
    }
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
      // The parent that the record behind a cut prompt names may be another one, and be there.
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

  for (const [row, link] of open) tie(row, link, byUuid);
  // A record that was superseded stands where the later one does.
  if (places > rows.length) rows.sort((a, b) => a.order - b.order);
  for (const [order, row] of rows.entries()) row.order = order;
  return { path, rows, damages, bytes, lines, newlineMissing, writtenBy };
}

function newRow(uuid: string): Row {
  const empty: readonly string[] = [];
  return {
    uuid,
    kind: 'other',
    side: false,
    failure: false,
    refusesThinking: false,
    refused: false,
    thinking: 'none',
    content: wholesome,
    messageId: null,
    uses: empty,
    results: empty,
    source: null,
    time: 0,
    bare: false,
    parent: null,
    link: 'root',
    before: null,
    offset: 0,
    length: 0,
    piece: null,
    order: 0,
  };
}

const speaks = ({ kind }: Link) => kind === 'user' || kind === 'assistant';

function fill(row: Row, link: Link, timeBefore: number): void {
  row.kind = link.kind;
  row.side = link.side;
  row.failure = link.failure;
  row.refusesThinking = link.refusesThinking;
  row.refused = link.refused;
  row.thinking = link.thinking;
  row.messageId = link.messageId;
  row.uses = link.uses;
  row.results = link.results;
  row.source = link.source;
  // A missing time must not make it older than what it follows: the newest record is where a resume goes on.
  row.time = link.time ?? timeBefore + 1;
  row.bare = link.uuid === null || (speaks(link) && link.time === null);
}

/** @returns whether all that the record names is known */
function tie(row: Row, { parentUuid, logicalParentUuid }: Link, byUuid: ReadonlyMap<string, Row>): boolean {
  // The main conversation never goes on from a subagent's record.
  const known = (uuid: string | null) => {
    const found = uuid === null ? undefined : byUuid.get(uuid);
    return found === undefined || (found.side && !row.side) ? null : found;
  };
  row.parent = known(parentUuid);
  row.before = known(logicalParentUuid);
  row.link = parentUuid === null ? 'root' : row.parent === null ? 'dangling' : 'linked';
  return row.link !== 'dangling' && (logicalParentUuid === null || row.before !== null);
}

/** Records with one id are one record, and the later one counts, as for the agent. */
function supersede(row: Row, damages: Damage[]): void {
  if (row.piece !== null) row.piece.dropped = true;
  else
    damages.push({
      kind: 'duplicate',
      offset: row.offset,
      length: row.length,
      pieces: [],
      isPromptCut: false,
    });
}

function parseLine(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
