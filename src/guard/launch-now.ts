/**
 * The launch as the person would give it now: where they have moved the conversation to, without the flags that
 * commands of theirs have overruled, and in a permission mode that allows no more than theirs does. Pure, because every
 * turn of the loop asks for it.
 */
import { resolve } from 'node:path';
import type { Conversation, Destination } from './conversation.ts';
import type { Launch, Run } from './run.ts';

/** @param next what the launch is for: a resume, or a new conversation, which knows nothing that the old one did */
export function launchNow(
  { launch }: Run,
  { changes, destination, modes }: Pick<Conversation, 'changes' | 'destination' | 'modes'>,
  next: 'resume' | 'new' = 'resume',
): Launch {
  const holds = { settings: true, conversation: next === 'resume', folder: destination !== null };
  const overruled = changes.overruled.flatMap(({ flag, by }) => (holds[by] ? [flag] : []));
  const { adapter } = launch;
  const held = overruled.length === 0 ? launch.args : adapter.withoutFlags(launch.args, overruled);
  const now = { ...launch, args: modes === null ? held : (adapter.inMode?.(held, modes) ?? held) };
  return destination === null ? now : movedTo(destination, now);
}

/** What the launch names by relative paths stays what it is. */
function movedTo({ folder, paths }: Destination, launch: Launch): Launch {
  const { adapter, args, command, named, env, cwd } = launch;
  const absolute = (word: string) => (paths.has(word) ? resolve(cwd, word) : word);
  const program = (word: string) => (word.includes('/') ? absolute(word) : word);
  const moved = [...args];
  for (const { index, prefix, path } of adapter.fileArguments?.(args) ?? [])
    moved[index] = `${prefix}${absolute(path)}`;
  return {
    ...launch,
    command: program(command),
    named: named.map(program),
    args: moved,
    env: { ...env, PWD: folder },
    cwd: folder,
  };
}
