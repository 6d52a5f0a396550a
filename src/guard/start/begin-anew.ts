/**
 * A conversation of which no turn is on record cannot be resumed (the agent ends with an error): it is begun anew, as
 * the person began it, under the same id where that is still free.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Runtime } from '../runtime.ts';

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
export async function whatIsOnRecord({
  session,
  launch,
  sent,
  hookSource,
}: Pick<Runtime, 'session' | 'launch' | 'sent' | 'hookSource'>): Promise<'kept' | 'nothing' | 'lost'> {
  const { invocation, adapter } = launch;
  if (session.id === null) return session.hadTurn ? 'lost' : 'nothing';
  const summary =
    session.transcriptPath === null
      ? null
      : await adapter.summarizeTranscript(session.transcriptPath).catch(() => null);
  if (summary !== null && summary.lastMessageIndex !== null) return 'kept';
  const prompts = hookSource.heard() ? sent.taken : sent.typed + (invocation.prompt === null ? 0 : 1);
  const isResumed = invocation.resumes && !invocation.forks && session.id === invocation.sessionId;
  if (isResumed || prompts > 1)
    throw new Error('nothing of the conversation is on record, so it cannot be resumed');
  return session.hadTurn ? 'lost' : 'nothing';
}

/**
 * @param prompt in place of the one that the arguments give; null: as they are
 * @param isAnswered the one that the arguments give is not asked again
 */
export function freshStart(
  { launch, session, version, emit }: Pick<Runtime, 'launch' | 'session' | 'version' | 'emit'>,
  prompt: string | null,
  isAnswered = false,
): FreshStart {
  const { adapter, args, invocation } = launch;
  const { id, isCleared } = session;
  if (id === null || !adapter.abilities(version).sessionIdFlag) {
    const asGiven = prompt === null && !isAnswered;
    return { args: asGiven ? args : adapter.freshArguments(args, prompt, !isCleared), pin: null };
  }
  // A file without a turn makes an id taken all the same (lab notes §4).
  const isFree = session.transcriptPath === null || !existsSync(session.transcriptPath);
  const pin = isFree ? id : randomUUID();
  if (!isFree) emit({ type: 'session', sessionId: pin, transcriptPath: null, source: 'pinned' });
  const asked = isCleared || isAnswered ? null : invocation.prompt;
  return { args: adapter.freshArguments(args, prompt ?? asked, !isCleared), pin };
}
