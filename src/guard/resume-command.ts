/** The command with which the person can go on by hand. */
import { shellCommand } from '../platform/shell-words.ts';
import type { Conversation } from './conversation.ts';
import type { Run } from './run.ts';

/** Null if nothing can be resumed. */
export function resumeCommand({ launch, givenFiles }: Run, conversation: Conversation): string | null {
  const { id, transcriptPath, snapshot, isHeld } = conversation;
  if (id === null || transcriptPath === null || !launch.invocation.isRecorded) return null;
  // The agent refuses to resume a conversation without a recorded turn.
  if (snapshot?.session_id === id && snapshot.last_committed_message_index === null) return null;
  const lasting = launch.adapter.withoutFiles(launch.args, givenFiles);
  const args = launch.adapter.resumeArguments(lasting, id, null);
  const fork = isHeld ? ['--fork-session'] : [];
  return shellCommand(['guarded-claude', ...launch.named, ...args, ...fork]);
}
