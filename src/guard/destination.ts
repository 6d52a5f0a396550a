/**
 * Looks at the folder to which the person has moved the conversation. Its disk may be away, and may never answer, so no
 * turn of the loop waits for it: everything else uses what the latest look has found. A process of its own looks, because
 * a call of ours that never returns would occupy one of node's few threads, and keep the guard from ending.
 */
import { execFile } from 'node:child_process';
import { isAbsolute, resolve } from 'node:path';
import type { Conversation, Destination } from './conversation.ts';
import type { Launch, Run } from './run.ts';

/** A disk that takes longer counts as away. */
const answerMs = 2_000;

/** What is longer is no path. */
const maxPathBytes = 4_095;

/** Fails if the first path is no folder to start in. Prints which of the others exist, counted from 0. */
const script = `[ -d "$1" ] && [ -x "$1" ] || exit 1
shift
at=0
for path; do
  [ ! -e "$path" ] || echo "$at"
  at=$((at + 1))
done`;

/** Looks that have not ended, by folder. Not even SIGKILL ends one whose disk is stuck, so no second one is begun. */
const unanswered = new Map<string, Promise<Destination | null>>();

/** Never rejects. What cannot be looked at is no folder to start in, so the launch's own counts. */
export async function lookAtDestination({ launch }: Run, conversation: Conversation): Promise<void> {
  const { folder } = conversation.changes;
  if (folder === null) return;
  const found = await inTime(answerOf(launch, folder));
  if (conversation.changes.folder === folder) conversation.arrived(found); // else it was moved again meanwhile
}

function answerOf(launch: Launch, folder: string): Promise<Destination | null> {
  const answer =
    unanswered.get(folder) ??
    look(launch, folder)
      .catch(() => null) // no process could be started
      .finally(() => unanswered.delete(folder));
  unanswered.set(folder, answer);
  return answer;
}

async function inTime(answer: Promise<Destination | null>): Promise<Destination | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, answerMs, null);
  });
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

async function look(launch: Launch, folder: string): Promise<Destination | null> {
  if (!isAbsolute(folder)) return null;
  const { cwd } = launch;
  const words = namedIn(launch).filter((word) => !isAbsolute(word) && Buffer.byteLength(word) < maxPathBytes);
  const paths = words.map((word) => resolve(cwd, word));
  const options = { cwd: '/', timeout: answerMs, killSignal: 'SIGKILL' } as const;
  const printed = await new Promise<string | null>((done) => {
    execFile('/bin/sh', ['-c', script, 'look', folder, ...paths], options, (error, text) =>
      done(error === null ? text : null),
    );
  });
  if (printed === null) return null;
  const found = new Set(printed.split('\n'));
  return { folder, paths: new Set(words.filter((_word, at) => found.has(String(at)))) };
}

/** Words of the launch that may be paths. */
function namedIn({ adapter, args, command, named }: Launch): readonly string[] {
  const programs = [command, ...named].filter((word) => word.includes('/'));
  return [...programs, ...(adapter.fileArguments?.(args).map(({ path }) => path) ?? [])];
}
