/**
 * A conversation without a recorded turn cannot be resumed: the agent ends with an error. So it is begun anew, as the
 * person began it, under the same id if that is still free.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Composer } from '../../person/composer.ts';
import type { OnRecord } from '../../person/lost-prompt.ts';
import type { Agent } from '../agent.ts';
import type { Conversation } from '../conversation.ts';
import type { Run } from '../run.ts';

export interface FreshStart {
  readonly args: readonly string[];
  /** The id to pin. Null: the arguments decide. */
  readonly pin: string | null;
}

/**
 * What can be resumed.
 * @throws if the person had resumed the conversation, or it had more than its first prompt, because then more is
 *   missing than a new beginning could replace
 */
export async function whatIsOnRecord(
  { launch: { invocation, adapter } }: Run,
  agent: Agent,
  conversation: Conversation,
  composer: Pick<Composer, 'prompts'>,
): Promise<OnRecord> {
  const { id, transcriptPath } = conversation;
  const withoutRecord = () => (conversation.hadTurn ? 'lost' : 'nothing');
  if (id === null) return withoutRecord();
  const summary =
    transcriptPath === null ? null : await adapter.summarizeTranscript(transcriptPath).catch(() => null);
  if (summary !== null && summary.lastMessageIndex !== null) return 'kept';
  const { taken, typed } = composer.prompts;
  const prompts = agent.hooks.heard() ? taken : typed + (invocation.prompt === null ? 0 : 1);
  const isResumed = invocation.resumes && !invocation.forks && id === invocation.sessionId;
  if (isResumed || prompts > 1)
    throw new Error('none of the conversation is on record, so it cannot be resumed');
  return withoutRecord();
}

/** @param prompt replaces the prompt of the arguments. Null: none */
export function freshStart(
  { launch, emit }: Run,
  agent: Agent,
  conversation: Conversation,
  prompt: string | null,
): FreshStart {
  const { adapter, args, invocation } = launch;
  const { id, isCleared, transcriptPath } = conversation;
  if (id === null || !adapter.abilities(agent.program.version).sessionIdFlag) {
    const asGiven = prompt === invocation.prompt && !isCleared;
    return { args: asGiven ? args : adapter.freshArguments(args, prompt, !isCleared), pin: null };
  }
  // Even a file without a turn makes the agent refuse the id.
  const isFree = transcriptPath === null || !existsSync(transcriptPath);
  const pin = isFree ? id : randomUUID();
  if (!isFree) emit({ type: 'session', sessionId: pin, transcriptPath: null, source: 'pinned' });
  return { args: adapter.freshArguments(args, prompt, !isCleared), pin };
}
