/**
 * The command line of a relaunch: the person's own, without the arguments that chose or began the conversation, and
 * with the conversation named.
 */
import { type FlagUse, splitWords, type Word } from './arguments.ts';

function isKept(use: FlagUse): boolean {
  if (use.flag.group === 'conversation') return false;
  // An unnamed worktree would be a new one; the resumed conversation knows its own folder.
  return use.flag.group !== 'worktree' || use.value !== null;
}

function keep(word: Word, isWanted: (use: FlagUse) => boolean): readonly string[] {
  if (word.kind === 'text' || word.kind === 'separator') return [];
  const kept = word.uses.filter(isWanted);
  if (kept.length === word.uses.length) return word.raw;
  // Only a cluster such as `-dc` can be kept partly.
  return kept.map((use) => `${use.name}${use.value ?? ''}`);
}

export function resumeArguments(
  args: readonly string[],
  sessionId: string,
  prompt: string | null,
): readonly string[] {
  const kept = splitWords(args).flatMap((word) => keep(word, isKept));
  const text = prompt === null ? [] : prompt.startsWith('-') ? ['--', prompt] : [prompt];
  return [...kept, '--resume', sessionId, ...text];
}

/** The arguments without these flags. */
export function withoutFlags(args: readonly string[], flags: readonly string[]): readonly string[] {
  const isWanted = (use: FlagUse) => !use.flag.names.some((name) => flags.includes(name));
  return splitWords(args).flatMap((word) =>
    word.kind === 'text' || word.kind === 'separator' ? word.raw : keep(word, isWanted),
  );
}

/** Given again when a conversation begins anew: where it forked from, and its name, but not its id or a draft. */
const beginsAgain = (use: FlagUse) => !['--session-id', '--prefill', '--prefill-b64'].includes(use.name);

/** It begins from nothing. Even then, one that had a checkout of its own must not work in the person's. */
const beginsEmpty = (use: FlagUse) => use.flag.group !== 'conversation';

/**
 * The conversation begins anew, because none of it was ever recorded.
 * @param asGiven from where the person began it; false: from nothing (they have cleared it since)
 */
export function freshArguments(
  args: readonly string[],
  prompt: string | null,
  asGiven: boolean,
): readonly string[] {
  const isWanted = asGiven ? beginsAgain : beginsEmpty;
  const kept = splitWords(args).flatMap((word) => keep(word, isWanted));
  // The last flag kept may take any number of words. Only `--` ends them.
  return prompt === null ? kept : [...kept, '--', prompt];
}
