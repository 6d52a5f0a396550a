/**
 * Reads and parses the conversation file once for several questions in a row. A relaunch needs its summary, its damage,
 * whether the last prompt is in it and whether it can be resumed, and the file may have hundreds of megabytes.
 */
import { stat } from 'node:fs/promises';
import type { FileCheckpoint, Todo } from '../../../recover/snapshot.ts';
import { isRecord, type Json, textOf } from '../../common/json.ts';
import { indexTranscript, type TranscriptIndex } from './index.ts';
import { type RecordedPrompt, readRecordedPrompt } from './recorded-prompt.ts';
import { createTaskList } from './tasks.ts';

export interface Reading {
  readonly index: TranscriptIndex;
  /** The person's latest prompts, in file order. */
  readonly prompts: readonly RecordedPrompt[];
  readonly todos: readonly Todo[];
  readonly checkpoint: FileCheckpoint | null;
}

/** More than can be sent in one turn. */
const maxPrompts = 100;
/** Longer than the time from the first look before a stop to the start of the new agent. */
const keptMs = 60_000;

interface Kept {
  readonly path: string;
  readonly state: string;
  readonly reading: Promise<Reading>;
  readonly timer: NodeJS.Timeout;
}

let kept: Kept | null = null;

/** Rejects if the file cannot be read. */
export async function readConversation(path: string): Promise<Reading> {
  const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
  // Taken before the file is read, so that the state differs if the file is written meanwhile.
  const state = [dev, ino, size, mtimeNs].join(' ');
  if (kept?.path === path && kept.state === state) return kept.reading;
  forgetReading();
  const reading = read(path);
  kept = { path, state, reading, timer: setTimeout(forgetReading, keptMs).unref() };
  reading.catch(forgetReading);
  return reading;
}

function forgetReading(): void {
  clearTimeout(kept?.timer);
  kept = null;
}

/** Withholds the reading from others. To be called by whoever moves the rows of the index. @returns puts it back */
export function withholdReading(): () => void {
  const withheld = kept;
  forgetReading();
  return () => {
    if (withheld !== null && kept === null)
      kept = { ...withheld, timer: setTimeout(forgetReading, keptMs).unref() };
  };
}

async function read(path: string): Promise<Reading> {
  const tasks = createTaskList();
  const prompts: RecordedPrompt[] = [];
  let checkpoint: FileCheckpoint | null = null;
  const index = await indexTranscript(path, (record, row) => {
    if (row === null) checkpoint = readCheckpoint(record) ?? checkpoint;
    else if (!row.side) tasks.read(record);
    const prompt = readRecordedPrompt(record);
    if (prompt !== null && prompts.push(prompt) > maxPrompts) prompts.shift();
  });
  return { index, prompts, todos: tasks.list(), checkpoint };
}

/** `file-history-snapshot`, and the `…-delta` of 2.1.329: backups by file path. */
function readCheckpoint(record: Json): FileCheckpoint | null {
  if (record.type !== 'file-history-snapshot' && record.type !== 'file-history-delta') return null;
  const body = isRecord(record.snapshot) ? record.snapshot : isRecord(record.delta) ? record.delta : record;
  const messageId = textOf(record, 'messageId') ?? textOf(body, 'messageId');
  if (messageId === null) return null;
  const backups = isRecord(body.trackedFileBackups) ? body.trackedFileBackups : {};
  return { message_id: messageId, at: textOf(body, 'timestamp'), files: Object.keys(backups) };
}
