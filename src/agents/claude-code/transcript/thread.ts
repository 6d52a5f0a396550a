/**
 * Runs the work on a large conversation file in a thread of its own. The guard's loop keeps running, little garbage
 * piles up (`collect.ts`), and the memory is given back at the end.
 */
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { programFile } from '../../../platform/own-files.ts';
import type { TranscriptSummary } from '../../../recover/snapshot.ts';
import type { Examination, ExamineOptions, Proof, SentPrompt } from '../../contract/conversation.ts';

/** What the thread does. Arguments and results are plain data, and no call depends on an earlier one. */
export interface ThreadWork {
  summarize(path: string): Promise<TranscriptSummary>;
  recordsPrompt(path: string, prompt: SentPrompt): Promise<boolean>;
  examine(path: string, options: ExamineOptions): Promise<Omit<Examination, 'mend'>>;
  mend(path: string, options: ExamineOptions, target: string): Promise<Proof>;
}

type Name = keyof ThreadWork;
type Rest<Called extends Name> =
  Parameters<ThreadWork[Called]> extends [string, ...infer More] ? More : never;
type Result<Called extends Name> = Awaited<ReturnType<ThreadWork[Called]>>;

export interface Question {
  readonly id: number;
  readonly name: Name;
  readonly args: readonly unknown[];
}

/** An error is cloned without its code. */
export type Answer = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly error: Error; readonly code: string | undefined }
);

interface Thread {
  ask(name: Name, args: readonly unknown[]): Promise<unknown>;
  end(): void;
}

/** Below this size, starting the thread (30 to 50 ms) costs more than it saves. */
const smallBytes = 4 * 1024 * 1024;
/** Longer than the time from the first look before a stop to the start of the new agent. */
const idleMs = 60_000;

const entry = programFile('transcript-thread');
/**
 * The thread's file as it was when the guard was loaded: an upgrade in place may replace it by one that does not fit
 * this guard.
 */
const loaded = identityOf(entry);

/** No thread is available, so the work has to be done without one. */
class NoThread extends Error {}

const threads = new Map<string, Thread>();
let pendingFailure: string | null = null;
let hasFailed = false;

/**
 * @returns null if the caller must do the work in this thread, because the file is small or no other thread is
 * available
 * @throws what the work throws, and what `stat` throws
 */
export async function inThread<Called extends Name>(
  path: string,
  name: Called,
  ...rest: Rest<Called>
): Promise<Result<Called> | null> {
  const { size } = await stat(path);
  if (size < smallBytes) return null;
  try {
    return (await (threads.get(path) ?? start(path)).ask(name, [path, ...rest])) as Result<Called>;
  } catch (error) {
    if (!(error instanceof NoThread)) throw error;
    if (!hasFailed)
      pendingFailure = `a large conversation was read without a thread of its own: ${error.message}`;
    hasFailed = true;
    return null;
  }
}

/** Gives the memory back at once. To be called when nothing more will be asked about the file as it was. */
export const endThread = (path: string): void => threads.get(path)?.end();

/** Why there was no thread, to be reported once; null: nothing to report. */
export function takeFailure(): string | null {
  const failure = pendingFailure;
  pendingFailure = null;
  return failure;
}

function start(path: string): Thread {
  if (loaded === null || identityOf(entry) !== loaded) throw new NoThread('the guard’s files were replaced');
  const worker = startWorker();
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let asked = 0;
  let idle: NodeJS.Timeout | undefined;
  const thread: Thread = {
    ask(name, args) {
      clearTimeout(idle);
      worker.ref();
      const id = ++asked;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, name, args } satisfies Question);
      });
    },
    end() {
      if (waiting.size > 0) return; // another call is pending; the thread ends when it is idle
      fail(new NoThread('it was ended'));
      void worker.terminate();
    },
  };
  const fail = (error: Error) => {
    clearTimeout(idle);
    if (threads.get(path) === thread) threads.delete(path);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (answer: Answer) => {
    const asker = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) {
      worker.unref();
      idle = setTimeout(thread.end, idleMs).unref();
    }
    if ('value' in answer) asker?.resolve(answer.value);
    else asker?.reject(withCode(answer));
  });
  worker.on('error', (error) => fail(isOutOfMemory(error) ? error : new NoThread(error.message)));
  worker.on('exit', () => fail(new NoThread('it ended')));
  threads.set(path, thread);
  return thread;
}

function startWorker(): Worker {
  try {
    return new Worker(entry, {
      // No limit for the old generation: a large allocation beyond such a limit aborts the whole process (seen with
      // node 20).
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
      execArgv: [],
      stdout: true, // nothing that the thread prints may reach the person's screen
      stderr: true,
    });
  } catch (error) {
    throw new NoThread(error instanceof Error ? error.message : String(error)); // the system has no thread left
  }
}

const withCode = ({ error, code }: { readonly error: Error; readonly code: string | undefined }): Error =>
  code === undefined ? error : Object.assign(error, { code });

/** Then this thread would run out of memory, too, so there is no point in trying again here. */
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';

function identityOf(file: string): string | null {
  try {
    const { dev, ino, size, ctimeNs } = statSync(file, { bigint: true });
    return [dev, ino, size, ctimeNs].join(' ');
  } catch {
    return null; // counts as missing; reported when a thread is asked for
  }
}
