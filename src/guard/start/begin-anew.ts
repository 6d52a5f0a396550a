/**
 * A conversation of which no turn is on record cannot be resumed (the agent ends with an error): it is begun anew, as
 * the person began it, under the same id where that is still free.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Composer } from '../../person/composer.ts';
import type { Agent } from '../agent.ts';
import type { Conversation } from '../conversation.ts';
import type { Run } from '../run.ts';

export interface FreshStart {
  readonly args: readonly string[];
  /** The id to pin; null: the arguments decide. */
  readonly pin: string | null;
}

/**
 * What of the conversation can be resumed: `kept` its file holds a turn, `nothing` there was none yet, `lost` its first
 * turn has had its end, and is not on record: the agent was gone before it had written it down.
 * @throws saying so, where the person had gone on with it from an earlier time, or it had come further than its first
 *   prompt: more is missing than a new beginning could make good.
 */
export async function whatIsOnRecord(
  { launch: { invocation, adapter } }: Run,
  agent: Agent,
  conversation: Conversation,
  composer: Pick<Composer, 'prompts'>,
): Promise<'kept' | 'nothing' | 'lost'> {
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
    throw new Error('nothing of the conversation is on record, so it cannot be resumed');
  return withoutRecord();
}

/**
 * @param prompt in place of the one that the arguments give; null: as they are
 * @param isAnswered the one that the arguments give is not asked again
 */
export function freshStart(
  { launch, emit }: Run,
  agent: Agent,
  conversation: Conversation,
  prompt: string | null,
  isAnswered = false,
): FreshStart {
  const { adapter, args, invocation } = launch;
  const { id, isCleared, transcriptPath } = conversation;
  if (id === null || !adapter.abilities(agent.program.version).sessionIdFlag) {
    const asGiven = prompt === null && !isAnswered;
    return { args: asGiven ? args : adapter.freshArguments(args, prompt, !isCleared), pin: null };
  }
  // A file without a turn makes an id taken all the same (lab notes §4).
  const isFree = transcriptPath === null || !existsSync(transcriptPath);
  const pin = isFree ? id : randomUUID();
  if (!isFree) emit({ type: 'session', sessionId: pin, transcriptPath: null, source: 'pinned' });
  const asked = isCleared || isAnswered ? null : invocation.prompt;
  return { args: adapter.freshArguments(args, prompt ?? asked, !isCleared), pin };
}
