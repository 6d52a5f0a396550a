/** Adds a result to each call that has none, where the API wants it: right after the call. */
import { randomUUID } from 'node:crypto';
import { chainTo } from '../chain.ts';
import { type Round, roundsOf } from '../rounds.ts';
import { Row } from '../row.ts';
import { createRowSet, type RowSet } from '../row-set.ts';
import { gatherLines, putAfter } from './pairing.ts';
import type { Work } from './work.ts';

export function addMissingResults(work: Work): void {
  const chain = [...work.branch()];
  const onBranch = createRowSet(chain);
  const rounds = roundsOf(work.branch());
  let next = rounds.next();
  while (next.done !== true) {
    const round = next.value;
    next = rounds.next();
    if (next.done !== true && isAnswered(round)) continue;
    const group = groupOf(work, round, onBranch);
    const ours = new Set(group.flatMap((line) => line.uses));
    const messages = new Set(group.map((line) => line.messageId));
    // All calls of a message may be off the active branch, while another message continues from its text.
    const isAlone = round.lines.every((line) => messages.has(line.messageId));
    const isLast = next.done === true && round.answers.every((row) => isAnswer(row, ours));
    // An error shown after the calls keeps its place, so the results go before it.
    const hasFailure = () => chain.slice(chain.indexOf(round.lines[0] as Row)).some((row) => row.failure);
    if (isLast && isAlone && !hasFailure()) endConversation(work, group, messages);
    else fillIn(work, round, { chain, rows: onBranch }, ours);
  }
}

/** Whether each call has its result among the answers, so that nothing is missing. */
const isAnswered = ({ lines, answers }: Round) =>
  lines.every((line) => line.uses.every((id) => answers.some((row) => row.results.includes(id))));

/** The message's lines with calls, on the active branch and off it, in file order. */
function groupOf(work: Work, round: Round, onBranch: RowSet): readonly Row[] {
  const offBranch = [...round.messageIds]
    .flatMap((id) => work.calls.callLines(id))
    .filter((row) => !onBranch.has(row));
  return [...round.lines.filter((line) => line.uses.length > 0), ...offBranch].toSorted(
    (a, b) => a.order - b.order,
  );
}

const isAnswer = (row: Row, ids: ReadonlySet<string>) =>
  row.results.length > 0 && row.results.every((id) => ids.has(id));

/** In mid-conversation, the new results go after the last record of the message and its results. */
function fillIn(
  work: Work,
  round: Round,
  branch: { readonly chain: Row[]; readonly rows: RowSet },
  ours: ReadonlySet<string>,
): void {
  const { chain } = branch;
  const lines = new Set(round.lines);
  const answered = new Set(round.answers.flatMap((row) => row.results));
  // The versions that write a result off the active branch also find it there, so that is not damage.
  const isOpen = (id: string) =>
    !answered.has(id) && work.calls.resultsOf(id).every((row) => branch.rows.has(row));
  const open = round.lines.flatMap((line) => line.uses.filter(isOpen).map((id) => ({ line, id })));
  if (open.length === 0) return;
  gatherLines(work, round, chain);
  const last = chain.findLastIndex(
    (row) => lines.has(row) || (round.answers.includes(row) && isAnswer(row, ours)),
  );
  const next = chain[last + 1];
  let end = chain[last] as Row;
  const place = end;
  // 2.1.38 finds the end by its time, so the last result must be the newest record.
  const time = next === undefined ? place.time + 1 : place.time;
  for (const { line, id } of open) end = add(work, { line, id, parent: end, after: place, time });
  putAfter(work, next, end);
}

type MessageIds = ReadonlySet<string | null>;

/** The last message on the branch that ends here, and its answers. */
function ownRound(end: Row, messages: MessageIds): Pick<Round, 'lines' | 'answers'> {
  const lines: Row[] = [];
  const answers: Row[] = [];
  for (const row of chainTo(end)) {
    if (row.kind === 'assistant' && messages.has(row.messageId)) lines.push(row);
    else if (lines.length > 0 && row.results.length > 0) answers.push(row);
  }
  return { lines, answers };
}

/**
 * At the end of the conversation, everything is put in one sequence: the message's lines, the results that exist, then
 * the missing ones. Every version can read that, even those that ignore everything off the active branch.
 */
function endConversation(work: Work, group: readonly Row[], messages: MessageIds): void {
  const results = work.rows.filter(
    (row) => !row.side && row.results.some((id) => group.some((line) => line.uses.includes(id))),
  );
  const answered = new Set(results.flatMap((row) => row.results));
  if (group.every((line) => line.uses.every((id) => answered.has(id)))) return;

  const [first, ...others] = group as readonly [Row, ...Row[]];
  const deepest = others.reduce(
    (best, line) => (depth(line, group) >= depth(best, group) ? line : best),
    first,
  );
  const last = endThrough(work, deepest, messages);
  let end = gatherLines(work, ownRound(last, messages), chainTo(last)) ?? last;
  while (end.kind === 'progress' && end.parent !== null) end = end.parent;
  const branch = createRowSet(chainTo(end));
  for (const result of results) {
    if (branch.has(result) || !group.some((line) => branch.has(line) && isAnswer(result, new Set(line.uses))))
      continue;
    putAfter(work, result, end);
    end = lastBelow(work, result);
    for (const row of chainTo(end)) branch.add(row);
  }
  const newest = work.rows.reduce((time, row) => Math.max(time, row.time), 0);
  let time = Math.max(work.options.now, newest + 1);
  for (const line of group) {
    if (!branch.has(line)) continue;
    for (const id of line.uses) {
      if (answered.has(id)) continue;
      end = add(work, { line, id, parent: end, after: null, time });
      time += 1;
    }
  }
}

/** The end of the active branch, changed so that the branch leads through the line. */
function endThrough(work: Work, line: Row, messages: MessageIds): Row {
  const chain = work.branch();
  const leaf = chain.at(-1) ?? null;
  if (leaf === null || chain.includes(line)) return leaf ?? line;
  const end = lastBelow(work, line);
  const branch = createRowSet(chainTo(end));
  const offBranch = chain.find((row) => !branch.has(row));
  // Another line of the message, or a note that the agent wrote after a turn: it is moved behind the call.
  if (offBranch === undefined || (offBranch.kind !== 'other' && !messages.has(offBranch.messageId)))
    return end;
  putAfter(work, offBranch, end);
  return leaf;
}

const depth = (line: Row, group: readonly Row[]) => chainTo(line).filter((row) => group.includes(row)).length;

/** The last record below a result or a call before the model speaks again: its hooks may have added some. */
function lastBelow(work: Work, row: Row): Row {
  let last = row;
  for (const candidate of work.rows.slice(row.order + 1))
    if (candidate.parent === last && candidate.kind === 'other' && !candidate.side) last = candidate;
  return last;
}

function add(
  work: Work,
  { line, id, parent, after, time }: { line: Row; id: string; parent: Row; after: Row | null; time: number },
): Row {
  const row = new Row(randomUUID());
  const order = work.rows.length;
  // The rows before it in the list may be added ones, too, whose place is in mid-file.
  const offset = after?.offset ?? Number.POSITIVE_INFINITY;
  const link = 'linked';
  Object.assign(row, { kind: 'user', results: [id], source: line.uuid, time, parent, link, order, offset });
  work.rows.push(row);
  work.added.push({ row, line, toolUseId: id, after });
  work.note('open call');
  return row;
}
