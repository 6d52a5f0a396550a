/**
 * Decides what to repair in a conversation file. It works on the compact index, moves its rows as the file will have
 * them, and writes down what has to be rewritten or added. Only the way that a resume goes is mended: what lies
 * beside it (rewound branches, subagents, earlier parts before a compaction) is nobody's problem.
 */
import { randomUUID } from 'node:crypto';
import {
  type CallMap,
  chainTo,
  leafOf,
  mapCalls,
  type Reach,
  type Round,
  reachable,
  reachOf,
  roundsOf,
} from './transcript-chain.ts';
import type { Row, TranscriptIndex } from './transcript-index.ts';
import { addMissingResults } from './transcript-open-calls.ts';
import { nameBareRecords, relink } from './transcript-relink.ts';

export type FindingKind =
  | 'torn'
  | 'garbage'
  | 'salvaged'
  | 'duplicate'
  | 'newline'
  | 'bare'
  | 'unlinked'
  | 'restart'
  | 'circle'
  | 'repeated call'
  | 'stray result'
  | 'open call';

export interface Finding {
  readonly kind: FindingKind;
  readonly count: number;
}

/** What changes in a record that stays. */
export interface RowChange {
  /** Its parent is not the one in the file. */
  relinked: boolean;
  /** Old and new id, for a call that repeats an earlier call's id, and for its result. */
  readonly renamed: Map<string, string>;
  /** Results without their call: kept as text. */
  readonly asText: Set<string>;
}

/** A result to be written for a call that has none. */
export interface AddedResult {
  readonly row: Row;
  /** Line of the call. */
  readonly line: Row;
  readonly toolUseId: string;
  /** The new line stands behind this one; null: at the end of the file. */
  readonly after: Row | null;
}

export interface Plan {
  readonly findings: readonly Finding[];
  readonly changes: ReadonlyMap<Row, RowChange>;
  readonly added: readonly AddedResult[];
  readonly before: Reach;
  readonly after: Reach;
  /** Ids of all records that a resume found before: none may be missing afterwards. */
  readonly found: ReadonlySet<string>;
}

export interface PlanOptions {
  /** Unix milliseconds. */
  readonly now: number;
  /**
   * Also tie a person's message that begins anew in the middle of the file to what was before, if most of the
   * conversation is lost without. Rewinding to the start looks the same, so only a person should ask for it.
   */
  readonly reconnect: boolean;
}

/** What the parts of the plan share. */
export interface Work {
  /** All links, in file order, added ones at the end. */
  readonly rows: Row[];
  readonly calls: CallMap;
  readonly options: PlanOptions;
  readonly added: AddedResult[];
  readonly reach: Reach;
  change(row: Row): RowChange;
  note(kind: FindingKind): void;
}

const mostPasses = 10;
const total = (counts: ReadonlyMap<FindingKind, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

/** Moves the rows of the index. */
export function planRepairs(index: TranscriptIndex, options: PlanOptions): Plan {
  const rows = [...index.rows];
  const calls = mapCalls(rows);
  const before = reachOf(rows, calls);
  const found = foundBy(reachable(rows, calls));
  const changes = new Map<Row, RowChange>();
  const counts = new Map<FindingKind, number>();
  const added: AddedResult[] = [];
  const work: Work = {
    rows,
    calls,
    options,
    added,
    reach: before,
    change(row) {
      const known = changes.get(row) ?? { relinked: false, renamed: new Map(), asText: new Set() };
      changes.set(row, known);
      return known;
    },
    note: (kind) => void counts.set(kind, (counts.get(kind) ?? 0) + 1),
  };

  for (const damage of index.damages) work.note(damage.kind);
  if (index.newlineMissing) work.note('newline');
  nameBareRecords(work);
  // What is mended may bring another end of the way to light.
  for (let noted = -1, pass = 0; noted !== total(counts) && pass < mostPasses; pass++) {
    noted = total(counts);
    relink(work);
    renameRepeatedCalls(work);
    setStrayResultsAsText(work);
    addMissingResults(work);
  }
  return {
    findings: [...counts].map(([kind, count]) => ({ kind, count })),
    changes,
    added,
    before,
    after: reachOf(rows, mapCalls(rows)),
    found,
  };
}

const currentRounds = (work: Work) => roundsOf(chainTo(leafOf(work.rows)));

/** The API wants each call's id once per conversation. */
function renameRepeatedCalls(work: Work): void {
  const seen = new Set<string>();
  for (const round of currentRounds(work)) {
    const own = new Set<string>();
    for (const line of round.lines) {
      line.uses = line.uses.map((id) => {
        if (!seen.has(id)) {
          seen.add(id);
          own.add(id);
          return id;
        }
        work.note('repeated call');
        // Lines of one message are collected wherever they stand: this one is a message of its own now.
        if (line.messageId !== null && !own.has(id))
          line.messageId = `${line.messageId}_${line.uuid.slice(0, 8)}`;
        const fresh = `${id}_${randomUUID().slice(0, 8)}`;
        work.change(line).renamed.set(id, fresh);
        // Its result, unless that belongs to the first call of this id.
        const answer = own.has(id) ? undefined : round.answers.find((row) => row.results.includes(id));
        if (answer !== undefined) {
          work.change(answer).renamed.set(id, fresh);
          answer.results = answer.results.map((result) => (result === id ? fresh : result));
        }
        return fresh;
      });
    }
  }
}

/** The API wants each result right after its call, once. Others are kept, as text. */
function setStrayResultsAsText(work: Work): void {
  const chain = chainTo(leafOf(work.rows));
  for (const round of roundsOf(chain)) {
    const open = new Set(round.lines.flatMap((line) => line.uses));
    const beside = [...round.messageIds]
      .flatMap((id) => work.calls.callLines.get(id) ?? [])
      .filter((line) => !round.lines.includes(line));
    for (const row of round.answers) {
      row.results = row.results.filter((id) => {
        if (open.delete(id)) return true;
        const line = beside.find((one) => one.uses.includes(id));
        if (line !== undefined && !round.lines.includes(line)) {
          bringIn(work, line, round, chain);
          for (const use of line.uses) if (use !== id) open.add(use);
          return true;
        }
        work.note('stray result');
        work.change(row).asText.add(id);
        return false;
      });
    }
  }
}

/** The result is on the way, but its call stands beside it: the call's line goes behind the other lines. */
function bringIn(work: Work, line: Row, round: Round, chain: Row[]): void {
  const place = chain.findLastIndex((row) => round.lines.includes(row));
  const next = chain[place + 1];
  line.parent = chain[place] ?? null;
  work.change(line).relinked = true;
  if (next !== undefined) {
    next.parent = line;
    work.change(next).relinked = true;
  }
  chain.splice(place + 1, 0, line);
  round.lines.push(line);
  work.note('unlinked');
}

/** Ids of what a resume finds. Progress is shown, but never sent: it may fall behind. */
export const foundBy = (reached: ReadonlySet<Row>): ReadonlySet<string> =>
  new Set([...reached].filter((row) => row.kind !== 'progress').map((row) => row.uuid));
