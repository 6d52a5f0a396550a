/**
 * Decides what to repair in a conversation file. It works on the compact index, moves the rows to where the file will
 * have them, and notes what has to be rewritten or added. Only the active branch is repaired: records off it (rewound
 * branches, subagents, parts before a compaction) do no harm.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { mapCalls } from '../call-map.ts';
import { chainTo, isMessage, type Reach, reachable, reachOf } from '../chain.ts';
import type { Row, TranscriptIndex } from '../index.ts';
import { leafOf, ownEnd } from '../leaf.ts';
import type { RowSet } from '../row-set.ts';
import { planAntidotes, remedyFor, takeOutHollow } from './antidotes.ts';
import { addMissingResults } from './open-calls.ts';
import { convertStrayResults, renameRepeatedCalls, splitScattered } from './pairing.ts';
import { nameBareRecords, relink } from './relink.ts';
import { endToName, linkStrayEnd } from './stray-end.ts';
import { leaveOutRefusedThinking } from './thinking.ts';
import type { AddedResult, Finding, FindingKind, PlanOptions, RowChange, Work } from './work.ts';

export interface Plan {
  readonly findings: readonly Finding[];
  readonly changes: ReadonlyMap<Row, RowChange>;
  readonly added: readonly AddedResult[];
  /** The end of the conversation, if the file must name it; else null. */
  readonly named: Row | null;
  /** Records that are left out because all their content is. */
  readonly removed: readonly Row[];
  /** What the agent would find. */
  readonly before: Reach;
  readonly after: Reach;
  /**
   * Ids of the records that a resume at the right end found before, and must still find. To be asked before the rows
   * are put back.
   */
  needed(): ReadonlySet<string>;
  /** The records that a resume will find after the repair, with the rows as they are now. */
  readonly finds: RowSet;
}

/** What the plan needs of an index. */
export type Examined = Pick<TranscriptIndex, 'rows' | 'damages' | 'namedEnd' | 'newlineMissing'>;

const maxPasses = 10;
const total = (counts: ReadonlyMap<FindingKind, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

const parts: readonly ((work: Work) => void)[] = [
  relink,
  linkStrayEnd,
  renameRepeatedCalls,
  splitScattered,
  convertStrayResults,
  addMissingResults,
];

/**
 * Moves the rows of the index. In a large conversation, each part takes long, so the event loop gets a turn in between.
 */
export async function planRepairs(index: Examined, options: PlanOptions): Promise<Plan> {
  const rows = [...index.rows];
  const resume = { version: options.version, named: index.namedEnd };
  const leaf = () => leafOf(rows, resume);
  let right = leaf();
  const remedy = remedyFor(right, options);
  const hollow = takeOutHollow(rows, right, remedy);
  if (hollow.removed.length > 0) right = leaf();
  const withoutThinking = leaveOutRefusedThinking(rows, right);
  if (withoutThinking.removed.length > 0) right = leaf();
  await turn();
  const calls = mapCalls(rows);
  const reached = reachable(rows, calls, right);
  const reach = reachOf(rows, reached);
  const own = ownEnd(rows, resume);
  const before = own === right ? reach : reachOf(rows, reachable(rows, calls, own));
  await turn();
  const changes = new Map<Row, RowChange>();
  const counts = new Map<FindingKind, number>();
  const count = (kind: FindingKind) => counts.set(kind, (counts.get(kind) ?? 0) + 1);
  for (const damage of index.damages) {
    count(damage.kind);
    if (damage.isPromptCut) count('cut prompt');
  }
  if (index.newlineMissing) count('newline');
  const added: AddedResult[] = [];
  let branch: readonly Row[] | null = chainTo(right);
  const work: Work = {
    rows,
    calls,
    options,
    resume,
    added,
    reach,
    leaf,
    branch: () => {
      branch ??= chainTo(leaf());
      return branch;
    },
    change(row) {
      branch = null;
      const known = changes.get(row) ?? {
        relinked: false,
        newMessageId: false,
        renamed: new Map(),
        asText: new Set(),
        thinkingLeftOut: false,
        poisons: new Set(),
      };
      changes.set(row, known);
      return known;
    },
    note(kind) {
      branch = null;
      count(kind);
    },
  };

  for (const kind of hollow.kinds) work.note(kind);
  for (const row of [...hollow.relinked, ...withoutThinking.relinked]) work.change(row).relinked = true;
  for (const row of withoutThinking.thinned) work.change(row).thinkingLeftOut = true;
  for (let left = withoutThinking.count; left > 0; left--) work.note('thinking');
  nameBareRecords(work);
  // A repair may reveal another end of the branch.
  for (let noted = -1, pass = 0; noted !== total(counts) && pass < maxPasses; pass++) {
    noted = total(counts);
    for (const part of parts) {
      await turn();
      part(work);
    }
  }
  const named = endToName(work);
  const finds = reachable(rows, total(counts) === 0 ? calls : mapCalls(rows), work.branch().at(-1) ?? null);
  await turn();
  planAntidotes(work, finds, remedy);
  const after = reachOf(rows, finds);
  // Progress records are shown but never sent, so they may be lost. If the repair brings back messages, other notes may
  // be lost, too, but messages never.
  const isNeeded = after.reachable > before.reachable ? isMessage : (row: Row) => row.kind !== 'progress';
  return {
    findings: [...counts].map(([kind, count]) => ({ kind, count })),
    changes,
    added,
    named,
    removed: [...hollow.removed, ...withoutThinking.removed],
    before,
    after,
    needed() {
      const needed = new Set<string>();
      for (const row of rows) if (reached.has(row) && isNeeded(row)) needed.add(row.uuid);
      return needed;
    },
    finds,
  };
}
