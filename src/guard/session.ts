/**
 * Which conversation this is. Hooks and the transcript say so by themselves; where they are silent the id comes from
 * the arguments, from our own pin, or from the newest file that this working directory has got since the launch.
 */
import { randomUUID } from 'node:crypto';
import type { AgentAdapter } from '../agents/agent.ts';
import type { Invocation } from '../agents/contract/invocation.ts';
import type { AgentVersion } from '../agents/contract/version.ts';
import type { Launch, Runtime } from './runtime.ts';

/** The id that a first launch is pinned to; null where the arguments decide or this version cannot be told. */
export function pinFor(
  adapter: AgentAdapter,
  invocation: Invocation,
  version: AgentVersion | null,
): string | null {
  if (invocation.sessionId !== null || invocation.resumes || invocation.continues || invocation.forks)
    return null;
  return adapter.abilities(version).sessionIdFlag ? randomUUID() : null;
}

/** The id that is known before the agent has said a word: our pin, or the person's own. */
export function knownFromStart(invocation: Invocation, pin: string | null): string | null {
  return pin ?? invocation.sessionId;
}

type Looking = Pick<Runtime, 'session' | 'emit' | 'launchedAtMs' | 'hookSource' | 'enteredMs'> & {
  readonly launch: Launch;
};

/** Looks on disk for what no sense has told yet. Emits `session` when it finds more than was known. */
export async function findSession(runtime: Looking): Promise<void> {
  const { launch, emit, launchedAtMs } = runtime;
  await followPrompt(runtime);
  const { session } = runtime;
  if (session.id !== null) {
    if (session.transcriptPath !== null) return;
    const path = await launch.adapter.findTranscript(launch.env, session.id);
    if (path !== null)
      emit({ type: 'session', sessionId: session.id, transcriptPath: path, source: 'transcript' });
    return;
  }
  const [newest] = await launch.adapter.recentSessions(launch.env, launch.cwd, launchedAtMs);
  if (!newest || runtime.session.id !== null) return;
  emit({ type: 'session', sessionId: newest.sessionId, transcriptPath: newest.path, source: 'transcript' });
}

/**
 * Where no hook tells, an id that was known once may be past: after /clear the conversation goes on under another, and
 * before 2.1.197 nothing but the files says so. What the person sends is in the one they are in.
 */
async function followPrompt({ launch, session, hookSource, enteredMs, emit }: Looking): Promise<void> {
  if (hookSource.heard() || enteredMs.length === 0) return;
  const found = await launch.adapter.sessionOfPrompt(launch.env, launch.cwd, enteredMs);
  if (found === null || found.sessionId === session.id) return;
  const reason = session.id === null ? {} : { reason: 'clear' };
  emit({
    type: 'session',
    sessionId: found.sessionId,
    transcriptPath: found.path,
    source: 'transcript',
    ...reason,
  });
}

/** The same look in the background: one at a time, however often it is asked for; what fails is tried again later. */
export function sessionLooker(runtime: Looking): () => void {
  let isLooking = false;
  return () => {
    if (isLooking) return;
    isLooking = true;
    findSession(runtime)
      .catch(() => {}) // a folder that comes and goes while it is read
      .finally(() => {
        isLooking = false;
      });
  };
}

/** Where a resume gives a new id that nobody tells (1.0.56). Emits `session` once it is found. Never throws. */
export async function followResume(
  { session, launch, emit }: Pick<Runtime, 'session' | 'emit'> & { readonly launch: Launch },
  resumedAtMs: number,
): Promise<void> {
  if (session.id === null) return;
  const { adapter, env, cwd } = launch;
  const next = await adapter.successorOf(env, cwd, session.id, resumedAtMs).catch(() => null);
  if (next === null) return;
  emit({ type: 'session', sessionId: next.sessionId, transcriptPath: next.path, source: 'transcript' });
}
