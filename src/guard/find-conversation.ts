/**
 * Finds out which conversation this is. Hooks and the transcript report it. Without them the id comes from the
 * arguments, from the guard's own pin, or from the newest file of this working directory since the launch in which no
 * other agent is.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { AgentAdapter } from '../agents/agent.ts';
import type { SessionFile } from '../agents/contract/conversation.ts';
import type { Invocation } from '../agents/contract/invocation.ts';
import type { AgentVersion } from '../agents/contract/version.ts';
import type { Event } from '../events.ts';
import type { Agent } from './agent.ts';
import type { Conversation } from './conversation.ts';
import { lookAtDestination } from './destination.ts';
import { launchNow } from './launch-now.ts';
import type { Run } from './run.ts';
import { lookAround } from './start/second-writer.ts';

/** The id that a first launch is pinned to. Null: the arguments decide, or this version takes no id. */
export function pinFor(
  adapter: AgentAdapter,
  invocation: Invocation,
  version: AgentVersion | null,
): string | null {
  if (invocation.sessionId !== null || invocation.resumes || invocation.continues || invocation.forks)
    return null;
  return adapter.abilities(version).sessionIdFlag ? randomUUID() : null;
}

/** The id that is known before the agent reports one: the guard's pin, or the person's own. */
export function knownFromStart(invocation: Invocation, pin: string | null): string | null {
  return pin ?? invocation.sessionId;
}

/** How long after an Enter the guard looks for its record. */
const followedMs = 10_000;
/** How often the guard looks for the new id of a resumed conversation. */
const successorMs = 2_000;

/**
 * Looks on disk for what no sense has reported yet. Emits `session` if it finds more than was known. The agent moves
 * the file when the person moves the conversation to another folder.
 */
export async function findConversation(run: Run, agent: Agent, conversation: Conversation): Promise<void> {
  await followPrompt(run, agent, conversation);
  await findFile(run, agent, conversation);
  await noteChanges(run, conversation);
  await lookAtDestination(run, conversation);
}

async function findFile(run: Run, agent: Agent, conversation: Conversation): Promise<void> {
  const { launch, emit } = run;
  const { id, transcriptPath } = conversation;
  if (id !== null && transcriptPath !== null && existsSync(transcriptPath)) return;
  const [sessionId, path] =
    id !== null
      ? [id, await launch.adapter.findTranscript(launch.env, id)]
      : await newest(run, agent, conversation);
  if (path === null || conversation.id !== id) return; // another one has been reported meanwhile
  emit({ type: 'session', sessionId, transcriptPath: path, source: 'transcript' });
}

/** Another agent may be at work in the same folder. */
async function newest(
  run: Run,
  agent: Agent,
  conversation: Conversation,
): Promise<readonly [string, string | null]> {
  const { adapter, env, cwd } = launchNow(run, conversation);
  const own = agent.process?.pid ?? null;
  const otherIn = lookAround(run, own);
  const isFree = async (file: SessionFile) => (await otherIn(file)) === null;
  const found = await adapter.latestSession(env, cwd, run.launchedAtMs, isFree);
  return found ? [found.sessionId, found.path] : ['', null];
}

/**
 * Only the conversation's file shows which commands the person has given, and what came of them. If it cannot be read,
 * what is known stays.
 */
async function noteChanges({ launch, launchedAtMs }: Run, conversation: Conversation): Promise<void> {
  const { transcriptPath } = conversation;
  if (transcriptPath === null || launch.adapter.ownChanges === null) return;
  const changes = await launch.adapter.ownChanges(transcriptPath, launchedAtMs).catch(() => null);
  if (changes !== null) conversation.changed(changes);
}

/**
 * Without hooks, a known id may be out of date: after /clear the conversation goes on under another id, and before
 * 2.1.197 only the files show that. The right file is the one that holds what the person has sent.
 */
async function followPrompt(run: Run, { hooks }: Agent, conversation: Conversation) {
  const { env, cwd, adapter } = run.launch;
  const { enteredMs } = conversation;
  // One that was cleared began where they were then, which may be before or after a move.
  const places = { folders: [cwd, launchNow(run, conversation).cwd], known: conversation.id };
  if (hooks.heard() || enteredMs.length === 0) return;
  const found = await adapter.sessionOfPrompt(env, places, enteredMs);
  if (found === null || found.sessionId === conversation.id) return;
  const reason = conversation.id === null ? {} : { reason: 'clear' };
  run.emit({
    type: 'session',
    sessionId: found.sessionId,
    transcriptPath: found.path,
    source: 'transcript',
    ...reason,
  });
}

/** Does the same in the background, one look at a time. A look that fails is repeated later. */
export function conversationFinder(run: Run, agent: Agent, conversation: Conversation): () => void {
  let isLooking = false;
  return () => {
    if (isLooking) return;
    isLooking = true;
    findConversation(run, agent, conversation)
      .catch(() => {}) // the folder may change while it is read
      .finally(() => {
        isLooking = false;
      });
  };
}

/**
 * With each screen until the conversation is known. Without hooks also after each Enter, which may have been /clear.
 */
export function shouldLookForConversation(
  { hooks }: Agent,
  conversation: Conversation,
  event: Event,
): boolean {
  if (event.type === 'turn.started') return true;
  if (event.type === 'screen') return conversation.id === null || conversation.transcriptPath === null;
  const entered = conversation.enteredMs.at(-1);
  return (
    event.type === 'tick' && !hooks.heard() && entered !== undefined && Date.now() - entered < followedMs
  );
}

export interface Successor {
  /** To be called with every event. */
  follow(event: Event): void;
  stop(): void;
}

/** Looks for the new id after a resume, if the agent takes no hooks and does not report it (1.0.56). */
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
