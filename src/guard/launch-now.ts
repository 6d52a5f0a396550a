/**
 * The launch as the person would give it now: where they have moved the conversation to, and without the flags that
 * commands of theirs have overruled.
 */
import { existsSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Conversation } from './conversation.ts';
import type { Launch, Run } from './run.ts';

export function launchNow({ launch }: Run, { changes: { folder, overruled } }: Conversation): Launch {
  const args = overruled.length === 0 ? launch.args : launch.adapter.withoutFlags(launch.args, overruled);
  const now = { ...launch, args };
  return folder === null || folder === launch.cwd || !isFolder(folder) ? now : movedTo(folder, now);
}

/** What the launch names by relative paths stays what it is. */
function movedTo(folder: string, launch: Launch): Launch {
  const { adapter, args, command, named, env, cwd } = launch;
  const program = (word: string) => (word.includes('/') ? absolute(cwd, word) : word);
  const moved = [...args];
  for (const { index, prefix, path } of adapter.fileArguments?.(args) ?? [])
    moved[index] = `${prefix}${absolute(cwd, path)}`;
  return {
    ...launch,
    command: program(command),
    named: named.map(program),
    args: moved,
    env: { ...env, PWD: folder },
    cwd: folder,
  };
}

/** A word that is no path of the launch's folder stays as it is. */
const absolute = (cwd: string, word: string): string =>
  isAbsolute(word) || !existsSync(resolve(cwd, word)) ? word : resolve(cwd, word);

function isFolder(path: string): boolean {
  return isAbsolute(path) && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}
