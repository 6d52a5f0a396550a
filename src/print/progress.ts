/** Reads from the transcript whether there is something to resume, and what the present agent has added. */
import { statSync } from 'node:fs';
import { readLines } from '../agents/common/transcript-lines.ts';
import type { PrintMode, ProgressRecord } from '../agents/contract/pipes.ts';
import { parseLine } from './lines.ts';

type Prompt = Extract<ProgressRecord, { kind: 'prompt' }>;

export interface Progress {
  /** All prompts, in order. Without a prompt there is no conversation to resume. */
  readonly prompts: readonly Prompt[];
  /** Prompts recorded after the first `fromBytes` of the file. */
  readonly newPrompts: number;
  /** Answers recorded after them. */
  readonly answers: number;
}

export const noProgress: Progress = { prompts: [], newPrompts: 0, answers: 0 };

/** Returns 0 while there is no file. */
export function transcriptBytes(path: string | null): number {
  return path === null ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
}

/** Reads the file once, in pieces. Never rejects: what cannot be read does not count. */
export async function readProgress(
  path: string | null,
  fromBytes: number,
  mode: Pick<PrintMode, 'readProgress'>,
): Promise<Progress> {
  if (path === null) return noProgress;
  const prompts: Prompt[] = [];
  let newPrompts = 0;
  let answers = 0;
  const whole = readLines(path, ({ offset, bytes }) => {
    const isNew = offset >= fromBytes;
    const record = mode.readProgress(parseLine(bytes));
    if (record?.kind === 'prompt') prompts.push(record);
    if (isNew && record?.kind === 'prompt') newPrompts += 1;
    if (isNew && record?.kind === 'answer') answers += 1;
  });
  await whole.catch(() => {});
  return { prompts, newPrompts, answers };
}
