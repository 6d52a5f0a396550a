/**
 * The command line of a relaunch: the person's arguments without those that chose or began the conversation, then
 * `resume <id>` with the prompt.
 *
 * Permissions are left out, too. Codex then restores those that the conversation last had, which the person may have
 * tightened. The flags of the launch would override them (seen on 0.169.0).
 */
import { splitWords, type Word } from './arguments.ts';

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
