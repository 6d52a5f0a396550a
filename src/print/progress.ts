/** What the transcript holds of the conversation: whether there is something to resume, and what this agent has added. */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { PrintMode, ProgressRecord } from '../agents/agent.ts';

type Prompt = Extract<ProgressRecord, { kind: 'prompt' }>;

export interface Progress {
  /** All prompts, in order. Without one there is no conversation to resume (lab notes §4). */
  readonly prompts: readonly Prompt[];
  /** Answers recorded after the first `fromBytes` of the file. */
  readonly answers: number;
}

export const noProgress: Progress = { prompts: [], answers: 0 };

/** 0 while there is no file. */
export function transcriptBytes(path: string | null): number {
  return path === null ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
}

/** Never fails: what cannot be read is no progress. */
export async function readProgress(
  path: string | null,
  fromBytes: number,
  mode: Pick<PrintMode, 'readProgress'>,
): Promise<Progress> {
  if (path === null) return noProgress;
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const before = recordsIn(bytes.subarray(0, fromBytes)).map(mode.readProgress);
  const since = recordsIn(bytes.subarray(fromBytes)).map(mode.readProgress);
  return {
    prompts: [...before, ...since].flatMap((record) => (record?.kind === 'prompt' ? [record] : [])),
    answers: since.filter((record) => record?.kind === 'answer').length,
  };
}

function recordsIn(bytes: Buffer): readonly unknown[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        return []; // torn, or empty
      }
    });
}
