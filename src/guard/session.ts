/**
 * Which conversation this is. Hooks and the transcript say so by themselves; where they are silent the id comes from
 * the arguments, from our own pin, or from the newest file that this working directory has got since the launch.
 */
import { randomUUID } from 'node:crypto';
import type { AgentAdapter } from '../agents/agent.ts';
import type { Invocation } from '../agents/contract/invocation.ts';
import type { AgentVersion } from '../agents/contract/version.ts';
import type { Event } from '../events.ts';
import type { Agent } from './agent.ts';
import type { Conversation } from './conversation.ts';
import type { Launch, Run } from './run.ts';

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

/** For so long after an Enter its record is looked for. */
const followedMs = 10_000;
/** How often the new id of a resumed conversation is looked for. */
const successorMs = 2_000;

/** Looks on disk for what no sense has told yet. Emits `session` when it finds more than was known. */
export async function findSession(run: Run, agent: Agent, conversation: Conversation): Promise<void> {
  const { launch, launchedAtMs, emit } = run;
  await followPrompt(run, agent, conversation);
  const { id } = conversation;
  if (id !== null && conversation.transcriptPath !== null) return;
  const [sessionId, path] =
    id !== null
      ? [id, await launch.adapter.findTranscript(launch.env, id)]
      : await newest(launch, launchedAtMs);
  if (path === null || conversation.id !== id) return; // another one has been told of meanwhile
  emit({ type: 'session', sessionId, transcriptPath: path, source: 'transcript' });
}

async function newest({ adapter, env, cwd }: Launch, sinceMs: number): Promise<[string, string | null]> {
  const [found] = await adapter.recentSessions(env, cwd, sinceMs);
  return found ? [found.sessionId, found.path] : ['', null];
}

/**
 * Where no hook tells, an id that was known once may be past: after /clear the conversation goes on under another, and
 * before 2.1.197 nothing but the files says so. What the person sends is in the one they are in.
 */
async function followPrompt({ launch, emit }: Run, { hooks }: Agent, conversation: Conversation) {
  const { enteredMs } = conversation;
  if (hooks.heard() || enteredMs.length === 0) return;
  const found = await launch.adapter.sessionOfPrompt(launch.env, launch.cwd, enteredMs);
  if (found === null || found.sessionId === conversation.id) return;
  const reason = conversation.id === null ? {} : { reason: 'clear' };
  emit({
    type: 'session',
    sessionId: found.sessionId,
    transcriptPath: found.path,
    source: 'transcript',
    ...reason,
  });
}

/** The same look in the background: one at a time, however often it is asked for; what fails is tried again later. */
export function sessionLooker(run: Run, agent: Agent, conversation: Conversation): () => void {
  let isLooking = false;
  return () => {
    if (isLooking) return;
    isLooking = true;
    findSession(run, agent, conversation)
      .catch(() => {}) // a folder that comes and goes while it is read
      .finally(() => {
        isLooking = false;
      });
  };
}

/** With each picture until the conversation is known; without hooks also after each Enter, which may have been /clear. */
export function looksForSession({ hooks }: Agent, conversation: Conversation, event: Event): boolean {
  if (event.type === 'turn.started') return true;
  if (event.type === 'screen') return conversation.id === null || conversation.transcriptPath === null;
  const entered = conversation.enteredMs.at(-1);
  return (
    event.type === 'tick' && !hooks.heard() && entered !== undefined && Date.now() - entered < followedMs
  );
}

export interface Successor {
  /** Every event. */
  follow(event: Event): void;
  stop(): void;
}

/** Where a resume gives a new id, and an agent that takes no hooks does not tell it (1.0.56): it is looked for. */
export function watchSuccessor({ launch, emit }: Run, agent: Agent, conversation: Conversation): Successor {
  const { adapter, env, cwd } = launch;
  const tells = adapter.abilities(agent.program.version).settingsFlag;
  let resumed: { readonly id: string; readonly atMs: number } | null = null;
  const look = async () => {
    if (resumed === null || conversation.id !== resumed.id) return;
    const { id, atMs } = resumed;
    const next = await adapter.successorOf(env, cwd, id, atMs).catch(() => null);
    if (next === null || conversation.id !== id) return;
    emit({ type: 'session', sessionId: next.sessionId, transcriptPath: next.path, source: 'transcript' });
  };
  const timer = tells ? undefined : setInterval(() => void look(), successorMs).unref();
  return {
    follow(event) {
      if (event.type !== 'agent.started') return;
      const { id } = conversation;
      resumed = event.resumed && !tells && id !== null ? { id, atMs: Date.now() } : null;
    },
    stop: () => clearInterval(timer),
  };
}
