/**
 * What the recovery snapshot needs from a conversation file: the calls without a result, how the conversation ends, the
 * open to-dos, and the last backup of the files. Reads the file once, and then the few records that matter again.
 */
import { open } from 'node:fs/promises';
import type { LedgerCall } from '../../../recover/ledger.ts';
import type { TranscriptSummary, TranscriptTail } from '../../../recover/snapshot.ts';
import { type Json, parseRecord, textOf } from '../../common/json.ts';
import { readLines } from '../../common/transcript-lines.ts';
import { blocksOf, messageOf } from '../message.ts';
import { subagentFiles } from '../senses/session-files.ts';
import { readToolInput } from '../senses/tool-reports.ts';
import { toolRisk } from '../senses/tools.ts';
import { chainTo } from './chain.ts';
import type { Row } from './index.ts';
import { leafOf, resumeOf } from './leaf.ts';
import { readConversation } from './reading.ts';
import { readLink } from './records.ts';
import { type Round, roundsOf } from './rounds.ts';
import { inThread } from './thread.ts';

/** A prompt never quotes more than this. */
const maxTextLength = 4_000;

/** Rejects only if the file cannot be read; damage in the file does no harm. */
export async function summarizeTranscript(path: string): Promise<TranscriptSummary> {
  return (await inThread(path, 'summarize')) ?? (await summarizeHere(path));
}

export async function summarizeHere(path: string): Promise<TranscriptSummary> {
  const { index, checkpoint, todos } = await readConversation(path);
  const { rows } = index;
  const settled = new Set<string>();
  for (const { results } of rows) for (const id of results) settled.add(id);
  await addSubagents(path, settled);

  const leaf = leafOf(rows, resumeOf(index, null));
  const branch = chainTo(leaf).filter((row) => row.kind === 'user' || row.kind === 'assistant');
  const last = [...roundsOf(branch)].at(-1);
  const records = await readRecords(path, last === undefined ? [] : recordsOf(last, rows));
  const openCalls = last === undefined ? [] : openCallsOf(last, settled, records);
  return {
    openCalls,
    settled,
    lastMessageIndex: countMessages(branch) - 1 < 0 ? null : countMessages(branch) - 1,
    checkpoint,
    todos,
    tail: tailOf(last, openCalls.length > 0, records),
    lastText: last === undefined ? null : lastTextOf(last, records),
  };
}

/** Adds results from the files of subagents: their calls are settled, too, though not in the main conversation. */
async function addSubagents(path: string, settled: Set<string>): Promise<void> {
  for (const file of await subagentFiles(path)) {
    await readLines(file, (line) => {
      const record = parseRecord(line.bytes.toString('utf8'));
      for (const id of (record && readLink(record)?.results) ?? []) settled.add(id);
    });
  }
}

/** Counts the lines of one message of the model once. */
function countMessages(branch: readonly Row[]): number {
  const counted = new Set<string>();
  return branch.filter((row) => {
    if (row.failure || (row.messageId !== null && counted.has(row.messageId))) return false;
    if (row.messageId !== null) counted.add(row.messageId);
    return true;
  }).length;
}

type Records = ReadonlyMap<Row, Json>;

/** The last message and its answers, including its lines off the active branch. */
function recordsOf(last: Round, rows: readonly Row[]): readonly Row[] {
  const isSameMessage = (row: Row) =>
    !row.side && row.messageId !== null && last.messageIds.has(row.messageId);
  return [...new Set([...last.lines, ...rows.filter(isSameMessage), ...last.answers])];
}

function openCallsOf(last: Round, settled: ReadonlySet<string>, records: Records): readonly LedgerCall[] {
  // After a new prompt from the person, nobody waits for earlier calls.
  if (last.answers.some((row) => row.results.length === 0)) return [];
  return [...records.values()].flatMap((record) =>
    blocksOf(messageOf(record)).flatMap((block): readonly LedgerCall[] => {
      const toolUseId = textOf(block, 'id');
      const tool = textOf(block, 'name');
      if (block.type !== 'tool_use' || toolUseId === null || tool === null || settled.has(toolUseId))
        return [];
      const target = readToolInput(tool, block.input);
      return [
        { toolUseId, tool, risk: toolRisk(tool), status: 'unknown', subagent: null, before: null, ...target },
      ];
    }),
  );
}

/** Texts that the agent writes in the person's name, and that the model does not answer. */
const unanswered = /^(\[Request interrupted by user|<local-command-|<command-name>|<bash-)/;

function tailOf(last: Round | undefined, hasOpenCalls: boolean, records: Records): TranscriptTail {
  if (last === undefined || (last.lines.length === 0 && last.answers.length === 0)) return 'empty';
  if (hasOpenCalls) return 'open call';
  const answer = last.answers.at(-1);
  if (answer !== undefined) {
    const record = records.get(answer);
    const text = textInside(record);
    if (unanswered.test(text) || record?.isCompactSummary === true) return 'complete';
    return answer.results.length > 0 ? 'tool result' : 'prompt';
  }
  const message = messageOf(records.get(last.lines.at(-1) as Row));
  // 2.1.42 and older record no stop reason, so a recorded answer counts as whole.
  const reason = message?.stop_reason;
  return reason === 'tool_use' || reason === 'max_tokens' || reason === 'pause_turn'
    ? 'partial answer'
    : 'complete';
}

function lastTextOf(last: Round, records: Records): string | null {
  const texts = last.lines.map((row) => textInside(records.get(row))).filter((text) => text !== '');
  return texts.at(-1)?.slice(-maxTextLength) ?? null;
}

const textInside = (record: Json | undefined): string =>
  blocksOf(messageOf(record))
    .map((block) => (block.type === 'text' ? textOf(block, 'text') : null) ?? '')
    .join('');

async function readRecords(path: string, rows: readonly Row[]): Promise<Records> {
  const file = await open(path);
  try {
    const records = new Map<Row, Json>();
    for (const row of rows) {
      const { buffer } = await file.read(Buffer.alloc(row.length), 0, row.length, row.offset);
      records.set(row, parseRecord(row.piece?.text ?? buffer.toString('utf8')) ?? {});
    }
    return records;
  } finally {
    await file.close();
  }
}
