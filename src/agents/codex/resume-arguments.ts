/**
 * The command line of a relaunch. To resume: the person's arguments without those that chose or began the conversation,
 * then `resume <id>` with the prompt.
 *
 * A resume leaves out permissions, too. Codex then restores those that the conversation last had, which the person may
 * have tightened. The flags of the launch would override them (seen on 0.169.0).
 */
import { parseArguments, splitWords, type Word } from './arguments.ts';

/** Settings of `-c` that say what the agent may do. */
const permissionKey = /^\s*(approval_policy|approvals_reviewer|sandbox_mode|default_permissions)\s*=/;

function isKept({ kind, name, value, group }: Word): boolean {
  if (kind === 'text' || kind === 'separator') return false;
  if (name === '-c') return !permissionKey.test(value ?? '');
  return group !== 'conversation' && group !== 'permission';
}

export function resumeArguments(
  args: readonly string[],
  sessionId: string,
  prompt: string | null,
): readonly string[] {
  const kept = splitWords(args)
    .filter(isKept)
    .flatMap(({ raw }) => raw);
  const text = prompt === null ? [] : prompt.startsWith('-') ? ['--', prompt] : [prompt];
  return [...kept, 'resume', sessionId, ...text];
}

/**
 * The conversation begins anew, because none of it was ever recorded. So it also gets the permissions, the checkout
 * and, with a prompt, the images of the launch.
 * @param asGiven from where the person began it (a fork); false: from nothing
 * @throws if the person chose the conversation from a list: a prompt would be taken for its name
 */
export function freshArguments(
  args: readonly string[],
  prompt: string | null,
  asGiven: boolean,
): readonly string[] {
  const words = splitWords(args);
  const { resumes, continues } = parseArguments(args);
  const choosing = resumes && asGiven ? (continues ? 1 : 2) : 0;
  const choice = words.filter(({ kind }) => kind === 'text').slice(0, choosing);
  if (prompt !== null && choice.length < choosing)
    throw new Error('none of the conversation is on record, and only the person can choose where it began');
  const isWanted = (word: Word): boolean => {
    if (word.kind === 'text') return choice.includes(word);
    if (word.name === '-i') return prompt !== null && asGiven;
    return asGiven || word.group !== 'conversation' || word.name === '--worktree';
  };
  const separator = words.findIndex(({ kind }) => kind === 'separator');
  const end = separator < 0 ? words.length : separator;
  const raw = (some: readonly Word[]) => some.filter(isWanted).flatMap((word) => word.raw);
  // Only `--` ends the images.
  const behind = [...raw(words.slice(end + 1)), ...(prompt === null ? [] : [prompt])];
  return [...raw(words.slice(0, end)), ...(behind.length === 0 ? [] : ['--', ...behind])];
}
