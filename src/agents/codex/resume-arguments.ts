/**
 * The command line of a relaunch: what the user gave, without what chose or began the conversation, and
 * `resume <id>` with the prompt. Nothing is ever added that allows the agent more than the user did.
 */
import { splitWords, type Word } from './arguments.ts';

const isKept = ({ kind, group }: Word) => (kind === 'flag' || kind === 'unknown') && group !== 'conversation';

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
