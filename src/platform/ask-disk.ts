/**
 * Asks a disk that may be away, and may never answer, by a shell of its own: a call of ours that never returns would
 * occupy one of node's few threads, and keep the guard from ending.
 */
import { execFile } from 'node:child_process';
import { settlesWithin } from './settles-within.ts';

/** A disk that takes longer counts as away. */
const answerMs = 2_000;

/**
 * What the script has printed. Null: it has failed, or could not be started. `late`: the disk has not answered in time,
 * whether the script has been waited for no longer or has been killed.
 */
type Answer = { readonly printed: string | null } | 'late';

/** Questions without an answer. Not even SIGKILL ends a process whose disk is stuck, so no second one is begun. */
const unanswered = new Map<string, Promise<Answer>>();

/** @param words the script's arguments. Resolves to `late` if the disk does not answer in time. Never rejects */
export async function askDisk(script: string, words: readonly string[]): Promise<Answer> {
  const question = [script, ...words].join('\0');
  const answer =
    unanswered.get(question) ??
    ask(script, words)
      .catch(() => ({ printed: null })) // no process could be started
      .finally(() => unanswered.delete(question));
  unanswered.set(question, answer);
  return (await settlesWithin(answerMs, answer)) ? await answer : 'late';
}

function ask(script: string, words: readonly string[]): Promise<Answer> {
  const options = { cwd: '/', timeout: answerMs, killSignal: 'SIGKILL' } as const;
  return new Promise((done) => {
    execFile('/bin/sh', ['-c', script, 'ask', ...words], options, (error, text) =>
      done(error?.killed ? 'late' : { printed: error === null ? text : null }),
    );
  });
}
