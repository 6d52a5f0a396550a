/** The thread of `thread.ts`: works on one conversation file, which it reads once for several questions in a row. */
import { parentPort } from 'node:worker_threads';
import type { Examination } from '../../contract/conversation.ts';
import { collectOften } from './collect.ts';
import { recordsPromptHere } from './records-prompt.ts';
import { examineHere, mendAnew } from './repair/repair.ts';
import { summarizeHere } from './summary.ts';
import type { Answer, Question, ThreadWork } from './thread.ts';

/** The latest examination. It only saves the next `mend` from examining again. */
let examined: Examination | null = null;

const work: ThreadWork = {
  summarize: summarizeHere,
  recordsPrompt: recordsPromptHere,
  async examine(path, options) {
    examined = null; // frees its memory first
    examined = await examineHere(path, options);
    const { findings, before, after } = examined;
    return { findings, before, after };
  },
  async mend(path, options, target) {
    const seen = examined;
    examined = null;
    return seen === null ? mendAnew(path, options, target) : seen.mend(target);
  },
};

collectOften();

const answer = (message: Answer): void => parentPort?.postMessage(message);

function refuse(id: number, reason: unknown): void {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  try {
    answer({ id, error, code });
  } catch {
    answer({ id, error: new Error(error.message), code }); // its cause cannot be cloned
  }
}

parentPort?.on('message', ({ id, name, args }: Question) => {
  const called = work[name] as (...args: readonly unknown[]) => Promise<unknown>;
  called(...args).then(
    (value) => answer({ id, value }),
    (error: unknown) => refuse(id, error),
  );
});
