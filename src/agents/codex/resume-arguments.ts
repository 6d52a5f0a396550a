/**
 * The command line of a relaunch: what the user gave, without what chose or began the conversation, and
 * `resume <id>` with the prompt.
 *
 * What the agent may do is left out, too: Codex then takes up the permissions that the conversation had at last, also
 * where the person had tightened them, while the flags of the launch would win over them (seen on 0.169.0).
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
