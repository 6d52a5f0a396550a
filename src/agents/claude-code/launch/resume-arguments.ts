/**
 * The command line of a relaunch: the person's own, without the arguments that chose or began the conversation, and
 * with the conversation named. Nothing is ever added that allows the agent more than the person did.
 */
import { type FlagUse, splitWords, type Word } from './arguments.ts';

/** From the strictest to the most permissive, with the names of all versions (`default` is `manual` since 2.1.2xx). */
const modes = ['plan', 'dontAsk', 'default', 'manual', 'acceptEdits', 'auto', 'bypassPermissions'];
const rankOf = (mode: string) => {
  const rank = modes.indexOf(mode);
  return rank < 0 ? modes.length : rank;
};

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

const setsMode = (use: FlagUse) =>
  use.name === '--permission-mode' || use.name === '--dangerously-skip-permissions';

/** The permission mode that the words ask for; null: the one in the person's settings. */
function launchMode(words: readonly Word[]): string | null {
  const uses = words.flatMap((word) => word.uses);
  if (uses.some((use) => use.name === '--dangerously-skip-permissions')) return 'bypassPermissions';
  return uses.findLast((use) => use.name === '--permission-mode')?.value ?? null;
}

/**
 * @param permissionMode the mode that the conversation was in, if known. It is asked for if it allows less than the
 *   launch did (the person had switched to plan mode). A mode that allows more is not carried over.
 */
export function resumeArguments(
  args: readonly string[],
  sessionId: string,
  prompt: string | null,
  permissionMode: string | null = null,
): readonly string[] {
  const words = splitWords(args);
  const launched = launchMode(words);
  // What the settings allow is not known here. They are assumed to allow at least as much as a mode that asks for
  // everything.
  const below = launched === null ? rankOf('acceptEdits') : rankOf(launched);
  const tighten = permissionMode !== null && rankOf(permissionMode) < below;
  const kept = words
    .filter((word) => !(tighten && word.uses.some(setsMode)))
    .flatMap((word) => keep(word, isKept));
  const tightened = tighten ? ['--permission-mode', permissionMode] : [];
  const text = prompt === null ? [] : prompt.startsWith('-') ? ['--', prompt] : [prompt];
  return [...kept, ...tightened, '--resume', sessionId, ...text];
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
