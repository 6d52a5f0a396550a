/** Which conversation the first launch will go on with, found out once for all that look at it before the start. */
import type { Launch } from '../run.ts';

/** The conversation's file. Null: the launch begins a new one, the person will choose, or nobody could repair it. */
export async function resumedFile({ adapter, invocation, env, cwd }: Launch): Promise<string | null> {
  const { resumes, sessionId, continues } = invocation;
  if (adapter.repairer === null || !resumes) return null;
  if (sessionId !== null) return adapter.findTranscript(env, sessionId);
  return continues ? ((await adapter.latestSession(env, cwd))?.path ?? null) : null;
}
