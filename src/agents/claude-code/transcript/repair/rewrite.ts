/**
 * Writes the repaired copy of a conversation file. Lines that need no change are copied byte for byte. Only one changed
 * record at a time is in memory.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { isRecord, type Json, parseRecord, textOf } from '../../../common/json.ts';
import { blocksOf } from '../../message.ts';
import type { Row, TranscriptIndex } from '../index.ts';
import { isThinking } from '../records.ts';
import type { Plan } from './plan.ts';
import { without } from './poison/index.ts';
import type { AddedResult, RowChange } from './work.ts';

/** The text of the result for a call that never got one. */
export type ResultText = (toolUseId: string) => string;

/** Lines of the original that are replaced; an empty range inserts. */
interface Edit {
  readonly offset: number;
  readonly length: number;
  readonly text: () => Promise<string>;
}

interface Copy {
  readonly source: FileHandle;
  readonly copy: FileHandle;
  readonly buffer: Buffer;
}

/** Whole lines of the original that the copy has, too, byte for byte. */
export interface KeptRange {
  /** Offset in the original. */
  readonly from: number;
  /** Offset in the copy. */
  readonly at: number;
  readonly length: number;
}

const pieceBytes = 1024 * 1024;

/**
 * Writes the copy, which is not yet on the disk then. Rejects with the file system's error.
 * @param target must not exist
 * @returns what was kept of the original, in order
 */
export async function writeRepaired(
  index: TranscriptIndex,
  plan: Plan,
  target: string,
  resultText: ResultText,
): Promise<readonly KeptRange[]> {
  const source = await open(index.path);
  try {
    const copy = await open(target, 'wx', (await source.stat()).mode & 0o777);
    try {
      const copying: Copy = { source, copy, buffer: Buffer.allocUnsafe(pieceBytes) };
      const kept: KeptRange[] = [];
      let position = 0;
      let at = 0;
      const keep = async (end: number) => {
        if (end <= position) return;
        kept.push({ from: position, at, length: end - position });
        await copyRange(copying, position, end);
        at += end - position;
      };
      for (const edit of editsOf(index, plan, source, resultText)) {
        await keep(edit.offset);
        const text = Buffer.from(await edit.text());
        await copy.writeFile(text);
        at += text.length;
        position = edit.offset + edit.length;
      }
      await keep(index.bytes);
      return kept;
    } finally {
      await copy.close();
    }
  } finally {
    await source.close();
  }
}

function editsOf(
  index: TranscriptIndex,
  plan: Plan,
  source: FileHandle,
  resultText: ResultText,
): readonly Edit[] {
  const lineEnd = (place: { offset: number; length: number }) =>
    Math.min(place.offset + place.length + 1, index.bytes);
  const recordOf = async (row: Row): Promise<Json> => {
    const text = row.piece?.text ?? (await readRange(source, row.offset, row.length));
    return parseRecord(text) ?? {};
  };
  const changed = async (row: Row, change: RowChange) =>
    JSON.stringify(mend(await recordOf(row), row, change));
  const added = async (result: AddedResult) =>
    `${JSON.stringify(resultRecord(result, await recordOf(result.line), resultText(result.toolUseId)))}\n`;

  const rowsOfPieces = new Map(
    [...plan.changes].flatMap(([row, change]) => (row.piece ? [[row.piece, { row, change }]] : [])),
  );
  const removed = new Set(plan.removed.flatMap(({ piece }) => piece ?? []));
  const edits: Edit[] = index.damages.map((damage) => ({
    offset: damage.offset,
    length: lineEnd(damage) - damage.offset,
    text: async () => {
      const lines: string[] = [];
      for (const piece of damage.pieces) {
        if (piece.dropped || removed.has(piece)) continue;
        const own = rowsOfPieces.get(piece);
        lines.push(own === undefined ? piece.text : await changed(own.row, own.change));
      }
      return lines.map((line) => `${line}\n`).join('');
    },
  }));
  for (const [row, change] of plan.changes)
    if (row.piece === null && !plan.added.some((result) => result.row === row))
      edits.push({
        offset: row.offset,
        length: lineEnd(row) - row.offset,
        text: async () =>
          `${await changed(row, change)}${lineEnd(row) - row.offset > row.length ? '\n' : ''}`,
      });
  for (const row of plan.removed)
    if (row.piece === null)
      edits.push({ offset: row.offset, length: lineEnd(row) - row.offset, text: async () => '' });
  if (index.newlineMissing) edits.push({ offset: index.bytes, length: 0, text: async () => '\n' });
  for (const result of plan.added) {
    const place = result.after === null ? index.bytes : lineEnd(result.after);
    edits.push({ offset: place, length: 0, text: () => added(result) });
  }
  const { named } = plan;
  if (named !== null) {
    const line = plan.added.find(({ row }) => row === named)?.line ?? named;
    const text = async () => `${JSON.stringify(endRecord(named, await recordOf(line)))}\n`;
    edits.push({ offset: index.bytes, length: 0, text });
  }
  // At one place, an insertion comes before a replacement.
  return edits.toSorted((a, b) => a.offset - b.offset || a.length - b.length);
}

function mend(poisoned: Json, row: Row, change: RowChange): Json {
  const record = without(poisoned, change.poisons);
  const fresh: Record<string, unknown> = { ...record };
  if (change.relinked) fresh.parentUuid = row.parent?.uuid ?? null;
  if (row.bare) {
    fresh.parentUuid = row.parent?.uuid ?? null;
    fresh.uuid = row.uuid;
    fresh.timestamp = new Date(row.time).toISOString();
  }
  const sameContent = change.renamed.size === 0 && change.asText.size === 0 && !change.thinkingLeftOut;
  if (sameContent && !change.newMessageId) return fresh;
  if (change.asText.size > 0) {
    // These fields describe the result to the agent's own display, which would look for its call.
    delete fresh.toolUseResult;
    delete fresh.sourceToolAssistantUUID;
  }
  const message = isRecord(record.message) ? record.message : {};
  const kept = new Set([...row.uses, ...row.results]);
  const content = blocksOf(message)
    .filter((block) => !(change.thinkingLeftOut && isThinking(block)))
    .map((block) => mendBlock(block, change, kept));
  const id = row.messageId === null ? {} : { id: row.messageId };
  return { ...fresh, message: { ...message, ...id, content } };
}

/** @param kept ids that stay, once each */
function mendBlock(block: Json, change: RowChange, kept: Set<string>): Json {
  const field = block.type === 'tool_use' ? 'id' : block.type === 'tool_result' ? 'tool_use_id' : null;
  const id = field === null ? null : textOf(block, field);
  if (field === null || id === null || kept.delete(id)) return block;
  const fresh = change.renamed.get(id);
  if (fresh !== undefined) return { ...block, [field]: fresh };
  if (field === 'id' || !change.asText.has(id)) return block;
  return {
    type: 'text',
    text: `[Result of a tool call that is missing in this conversation: ${id}]\n${textInside(block)}`,
  };
}

function textInside(block: Json): string {
  if (typeof block.content === 'string') return block.content;
  const parts = Array.isArray(block.content) ? block.content.filter(isRecord) : [];
  return parts.map((part) => textOf(part, 'text') ?? `[${String(part.type)}]`).join('\n');
}

/** The fields that every version accepts (1.0.56 to 2.1.329), with those of the call's own record. */
function resultRecord({ row, line, toolUseId }: AddedResult, call: Json, text: string): Json {
  const content = [{ type: 'tool_result', tool_use_id: toolUseId, content: text, is_error: true }];
  return {
    parentUuid: row.parent?.uuid ?? null,
    isSidechain: false,
    userType: call.userType ?? 'external',
    ...(call.entrypoint === undefined ? {} : { entrypoint: call.entrypoint }),
    cwd: call.cwd,
    sessionId: call.sessionId,
    version: call.version,
    gitBranch: call.gitBranch ?? '',
    type: 'user',
    message: { role: 'user', content },
    uuid: row.uuid,
    timestamp: new Date(row.time).toISOString(),
    toolUseResult: `Error: ${text}`,
    sourceToolAssistantUUID: line.uuid,
  };
}

/** Every version that reads this record continues at `end`. */
const endRecord = (end: Row, { sessionId }: Json): Json => ({
  type: 'last-prompt',
  leafUuid: end.uuid,
  sessionId,
});

async function readRange(file: FileHandle, offset: number, length: number): Promise<string> {
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.toString('utf8');
}

async function copyRange({ source, copy, buffer }: Copy, start: number, end: number): Promise<void> {
  for (let position = start; position < end; ) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, end - position), position);
    if (bytesRead === 0) throw new Error('the conversation file became shorter while it was read');
    await copy.writeFile(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
