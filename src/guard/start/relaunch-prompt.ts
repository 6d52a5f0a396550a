/** Composes the prompt for the command line of a relaunch. */
import { type PromptOptions, withLostPrompt } from '../../recover/prompt.ts';
import type { RecoverySnapshot } from '../../recover/snapshot.ts';
import type { Agent } from '../agent.ts';
import type { Conversation } from '../conversation.ts';
import type { Run } from '../run.ts';
import { promptOf, watchesCalls } from '../snapshot.ts';

export interface Interruption {
  /** A turn was interrupted. */
  readonly isInterrupted: boolean;
  /** A prompt of the person that is not on record, word for word. Null: none. */
  readonly lost: string | null;
  /** The conversation is on record. Otherwise it is begun anew, without what was asked. */
  readonly resume: boolean;
  /** The person's own template of the prompt. Null: the built-in one. */
  readonly template: string | null;
}

/** Null: the next agent gets no prompt. */
export function relaunchPrompt(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  { isInterrupted, lost, resume, template }: Interruption,
): string | null {
  const promptFor = (rung: PromptOptions['rung']) => promptOf(run, agent, conversation, rung, template);
  if (resume) {
    if (lost === null) return isInterrupted ? promptFor('relaunch') : null;
    if (!isInterrupted || !hasMore(conversation.snapshot)) return lost;
    return withLostPrompt(promptFor('relaunch'), lost);
  }
  if (!isInterrupted || lost === null) return lost;
  // Without a record and without hooks, a call may have run unseen.
  const mayHaveActed = hasMore(conversation.snapshot) || !watchesCalls(run, agent, conversation);
  return mayHaveActed ? withLostPrompt(promptFor('anew'), lost) : lost;
}

/** Whether the turn left more than its prompt. */
const hasMore = (snapshot: RecoverySnapshot | null): boolean =>
  snapshot !== null && (snapshot.active_tool_calls.length > 0 || snapshot.partial_response_text !== null);
