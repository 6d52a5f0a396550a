/** How the conversation can be continued once this session has ended. */
import { startWords, variablesToStart } from '../agents/start-again.ts';
import { shellCommand } from '../platform/shell-words.ts';
import type { Conversation } from './conversation.ts';
import type { Launch, Run } from './run.ts';

/** The agent's arguments. Null if nothing can be resumed. */
export function resumeArguments(
  { launch }: Run,
  { id, transcriptPath, snapshot, isHeld }: Conversation,
  permissionMode: string | null,
  given: readonly string[] = launch.args,
): readonly string[] | null {
  if (id === null || transcriptPath === null || !launch.invocation.isRecorded) return null;
  // The agent refuses to resume a conversation without a recorded turn.
  if (snapshot?.session_id === id && snapshot.last_committed_message_index === null) return null;
  const args = launch.adapter.resumeArguments(given, id, null, permissionMode);
  return isHeld ? [...args, '--fork-session'] : args;
}

/** The command with which the person can go on by hand. Null if nothing can be resumed. */
export function resumeCommand(run: Run, conversation: Conversation): string | null {
  const { launch, givenFiles } = run;
  const args = resumeArguments(run, conversation, null);
  if (args === null) return null;
  const lasting = launch.adapter.withoutFiles(args, givenFiles);
  return shellCommand([...startAgain(launch), ...lasting]);
}

/** The same without the person's arguments, which may be private, for files that others read. */
export function plainResume(run: Run, conversation: Conversation): readonly string[] | null {
  const args = resumeArguments(run, conversation, null, []);
  return args === null ? null : [...startAgain(run.launch), ...args];
}

const startAgain = (launch: Launch) => [...startWords(variablesToStart(launch)), ...launch.named];
