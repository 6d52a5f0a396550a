/** How the conversation can be continued once this session has ended. */
import { startWords, variablesToStart } from '../agents/start-again.ts';
import { shellCommand } from '../platform/shell-words.ts';
import type { Conversation } from './conversation.ts';
import { launchNow } from './launch-now.ts';
import type { Launch, Run } from './run.ts';

/** The agent's arguments, in the folder of `launchNow`. Null if nothing can be resumed. */
export function resumeArguments(
  run: Run,
  conversation: Conversation,
  given: readonly string[] = launchNow(run, conversation).args,
): readonly string[] | null {
  const { id, transcriptPath, isEmpty, isHeld } = conversation;
  const { adapter, invocation } = run.launch;
  if (id === null || transcriptPath === null || isEmpty || !invocation.isRecorded) return null;
  const args = adapter.resumeArguments(given, id, null);
  return isHeld ? [...args, '--fork-session'] : args;
}

/** The command with which the person can go on by hand. Null if nothing can be resumed. */
export function resumeCommand(run: Run, conversation: Conversation): string | null {
  const args = resumeArguments(run, conversation);
  if (args === null) return null;
  const launch = launchNow(run, conversation);
  const lasting = withoutGiven(run, args);
  const command = shellCommand([...startAgain(launch), ...lasting]);
  return launch.cwd === run.launch.cwd ? command : `${shellCommand(['cd', launch.cwd])} && ${command}`;
}

/** The same without the person's arguments, which may be private, for files that others read. */
export function plainResume(run: Run, conversation: Conversation): readonly string[] | null {
  const args = resumeArguments(run, conversation, []);
  return args === null ? null : [...startAgain(launchNow(run, conversation)), ...args];
}

/** What was given in files that go with the run cannot be given again. */
export const withoutGiven = ({ launch, givenFiles }: Run, args: readonly string[]): readonly string[] =>
  launch.adapter.withoutFiles(
    args,
    givenFiles.map(({ path }) => path),
  );

const startAgain = (launch: Launch) => [...startWords(variablesToStart(launch)), ...launch.named];
