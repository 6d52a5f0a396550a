/**
 * The way through a conversation, as the agent goes it on resume: from the newest end up by parent, and for each
 * message of the model also its other lines and their results, which stand beside that way when tools ran in
 * parallel (2.1.42 and newer write them so; only 2.1.197 and newer collect them again).
 */
import type { Row } from './transcript-index.ts';

/** Every record that can be sent: what may be lost, and what must not. */
export const speaks = (row: Row) => !row.side && (row.kind === 'user' || row.kind === 'assistant');

/**
 * The end at which the conversation goes on: of all ends the one with the newest message at or above it, as 2.1.126
 * and newer take it. A note that hangs at an old message does not lead back there. Null: there is none.
 */
export function leafOf(rows: readonly Row[]): Row | null {
  let leaf: Row | null = null;
  let said: Row | null = null;
  for (const end of endsOf(rows)) {
    const saidHere = lastSaid(end);
    if (leaf !== null && !isNewer(saidHere, said) && !(saidHere === said && end.time >= leaf.time)) continue;
    leaf = end;
    said = saidHere;
  }
  return leaf;
}

const isNewer = (one: Row | null, other: Row | null) =>
  one !== null && one !== other && (other === null || one.time >= other.time);

/** The end that is the newest by itself, whatever it is: where 2.1.38 and older go on. Null: there is none. */
export function newestEnd(rows: readonly Row[]): Row | null {
  return endsOf(rows).reduce<Row | null>(
    (best, end) => (best === null || end.time >= best.time ? end : best),
    null,
  );
}

function endsOf(rows: readonly Row[]): readonly Row[] {
  const parents = new Set<Row>();
  for (const row of rows) if (!row.side && row.parent !== null) parents.add(row.parent);
  return rows.filter((row) => !row.side && !parents.has(row));
}

/** The last message on the way to this record; null: there is none. */
export function lastSaid(end: Row): Row | null {
  const seen = new Set<Row>();
  for (let row: Row | null = end; row !== null && !seen.has(row); row = row.parent) {
    if (speaks(row)) return row;
    seen.add(row);
  }
  return null;
}

/** From the first record to `leaf`. A circle is cut where it closes. */
export function chainTo(leaf: Row | null): Row[] {
  const seen = new Set<Row>();
  const chain: Row[] = [];
  for (let row = leaf; row !== null && !seen.has(row); row = row.parent) {
    seen.add(row);
    chain.push(row);
  }
  return chain.reverse();
}

/** One message of the model with what answers it. */
export interface Round {
  /** Its lines on the way; none for what comes before the first one. */
  readonly lines: Row[];
  /** The user records on the way until the model speaks again. */
  readonly answers: Row[];
  readonly messageIds: Set<string>;
  /** Both as they stand on the way. */
  readonly rows: Row[];
}

/** The part of the way that is sent: after the last compaction. */
export function roundsOf(chain: readonly Row[]): readonly Round[] {
  const start = chain.findLastIndex((row) => row.kind === 'boundary') + 1;
  const rounds: Round[] = [newRound()];
  for (const row of chain.slice(start)) {
    if (row.failure) continue;
    let round = rounds.at(-1) as Round;
    if (row.kind === 'user') {
      round.answers.push(row);
      round.rows.push(row);
    }
    if (row.kind !== 'assistant') continue;
    // 2.1.197 may write a result before the last lines of its message, but no prompt.
    const same =
      row.messageId !== null &&
      round.messageIds.has(row.messageId) &&
      round.answers.every((answer) => answer.results.length > 0);
    const isOver = round.answers.length > 0 || (round.messageIds.size > 0 && round.lines.some(callsTools));
    if (isOver && !same) {
      round = newRound();
      rounds.push(round);
    }
    round.lines.push(row);
    round.rows.push(row);
    if (row.messageId !== null) round.messageIds.add(row.messageId);
  }
  return rounds;
}

const callsTools = (row: Row) => row.uses.length > 0;

const newRound = (): Round => ({ lines: [], answers: [], messageIds: new Set(), rows: [] });

/** Where calls and their results stand in the main conversation. */
export interface CallMap {
  readonly linesOf: ReadonlyMap<string, readonly Row[]>;
  readonly resultsOf: ReadonlyMap<string, readonly Row[]>;
  /** Lines with calls, by message. */
  readonly callLines: ReadonlyMap<string, readonly Row[]>;
}

export function mapCalls(rows: readonly Row[]): CallMap {
  const linesOf = new Map<string, Row[]>();
  const resultsOf = new Map<string, Row[]>();
  const callLines = new Map<string, Row[]>();
  const put = (map: Map<string, Row[]>, key: string, row: Row) => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [row]);
    else list.push(row);
  };
  for (const row of rows) {
    if (row.side) continue;
    for (const id of row.uses) put(linesOf, id, row);
    for (const id of row.results) put(resultsOf, id, row);
    if (row.uses.length > 0 && row.messageId !== null) put(callLines, row.messageId, row);
  }
  return { linesOf, resultsOf, callLines };
}

/** Everything a resume finds: across compactions, and beside the way what belongs to a message on it. */
export function reachable(
  rows: readonly Row[],
  calls: CallMap,
  end: Row | null = leafOf(rows),
): ReadonlySet<Row> {
  const reached = new Set<Row>();
  let leaf = end;
  while (leaf !== null) {
    const chain = chainTo(leaf);
    if (chain.every((row) => reached.has(row))) break;
    for (const row of chain) reached.add(row);
    leaf = chain[0]?.before ?? null;
  }
  for (const row of [...reached]) {
    if (row.messageId === null) continue;
    for (const line of calls.callLines.get(row.messageId) ?? []) {
      reached.add(line);
      for (const id of line.uses) for (const result of calls.resultsOf.get(id) ?? []) reached.add(result);
    }
  }
  return reached;
}

/** How much of the conversation a resume finds. */
export interface Reach {
  readonly reachable: number;
  readonly total: number;
}

export function reachOf(rows: readonly Row[], reached: ReadonlySet<Row>): Reach {
  let found = 0;
  let total = 0;
  for (const row of rows) {
    if (!speaks(row)) continue;
    total += 1;
    if (reached.has(row)) found += 1;
  }
  return { reachable: found, total };
}
