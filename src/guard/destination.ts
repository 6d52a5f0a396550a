/**
 * Looks at the folder to which the person has moved the conversation. Its disk may be away, and may never answer, so no
 * turn of the loop waits for it: everything else uses what the latest look has found.
 */
import { isAbsolute, resolve } from 'node:path';
import { askDisk } from '../platform/ask-disk.ts';
import type { Conversation, Destination } from './conversation.ts';
import type { Launch, Run } from './run.ts';

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

/** Never rejects. What cannot be looked at is no folder to start in, so the launch's own counts. */
export async function lookAtDestination({ launch }: Run, conversation: Conversation): Promise<void> {
  const { folder } = conversation.changes;
  if (folder === null) return;
  const found = await look(launch, folder);
  if (conversation.changes.folder === folder) conversation.arrived(found); // else it was moved again meanwhile
}

async function look(launch: Launch, folder: string): Promise<Destination | null> {
  if (!isAbsolute(folder)) return null;
  const { cwd } = launch;
  const words = namedIn(launch).filter((word) => !isAbsolute(word) && Buffer.byteLength(word) < maxPathBytes);
  const paths = words.map((word) => resolve(cwd, word));
  const answer = await askDisk(script, [folder, ...paths]);
  if (answer === 'late' || answer.printed === null) return null;
  const found = new Set(answer.printed.split('\n'));
  return { folder, paths: new Set(words.filter((_word, at) => found.has(String(at)))) };
}

/** Words of the launch that may be paths. */
function namedIn({ adapter, args, command, named }: Launch): readonly string[] {
  const programs = [command, ...named].filter((word) => word.includes('/'));
  return [...programs, ...(adapter.fileArguments?.(args).map(({ path }) => path) ?? [])];
}
