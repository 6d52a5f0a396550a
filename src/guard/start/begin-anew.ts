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
 * Whether the conversation can be resumed: its file holds a turn. One that the person has gone on with from an earlier
 * time, or that had come further than its first turn, and has no turn on record is lost.
 * @throws saying so: what begins anew would hide the loss.
 */
export async function isOnRecord({
  session,
  launch,
  sent,
  hookSource,
}: Pick<Runtime, 'session' | 'launch' | 'sent' | 'hookSource'>): Promise<boolean> {
  const { invocation, adapter } = launch;
  if (session.id === null) return false;
  const summary =
    session.transcriptPath === null
      ? null
      : await adapter.summarizeTranscript(session.transcriptPath).catch(() => null);
  if (summary !== null && summary.lastMessageIndex !== null) return true;
  const prompts = hookSource.heard() ? sent.taken : sent.typed;
  const isResumed = invocation.resumes && !invocation.forks && session.id === invocation.sessionId;
  if (isResumed || prompts > 1 || session.turnsEnded > 0)
    throw new Error('nothing of the conversation is on record, so it cannot be resumed');
  return false;
}

/** @param prompt in place of the one that the arguments give; null: as they are */
export function freshStart(
  { launch, session, version, emit }: Pick<Runtime, 'launch' | 'session' | 'version' | 'emit'>,
  prompt: string | null,
): FreshStart {
  const { adapter, args, invocation } = launch;
  const { id, isCleared } = session;
  if (id === null || !adapter.abilities(version).sessionIdFlag)
    return { args: prompt === null ? args : adapter.freshArguments(args, prompt, !isCleared), pin: null };
  // A file without a turn makes an id taken all the same (lab notes §4).
  const isFree = session.transcriptPath === null || !existsSync(session.transcriptPath);
  const pin = isFree ? id : randomUUID();
  if (!isFree) emit({ type: 'session', sessionId: pin, transcriptPath: null, source: 'pinned' });
  const asked = isCleared ? null : invocation.prompt;
  return { args: adapter.freshArguments(args, prompt ?? asked, !isCleared), pin };
}
