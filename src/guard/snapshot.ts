/**
 * Takes the recovery snapshot, which holds what the ledger, the transcript and the screen know of the unfinished work,
 * and makes the prompt from it.
 */
import type { SentPrompt } from '../agents/contract/conversation.ts';
import type { DisconnectPhase } from '../effects.ts';
import { interruptedResult } from '../recover/call-advice.ts';
import { checkFiles } from '../recover/file-check.ts';
import { interruptedPrompt, type PromptOptions } from '../recover/prompt.ts';
import {
  type ActiveToolCall,
  buildSnapshot,
  type RecoverySnapshot,
  type TranscriptSummary,
} from '../recover/snapshot.ts';
import { causeWords } from '../words/cause.ts';
import type { Agent } from './agent.ts';
import type { Body } from './body.ts';
import type { Conversation } from './conversation.ts';
import type { Launch, Run } from './run.ts';

/** Null if no session is known, because then there is nothing to resume. Never throws for a damaged transcript. */
export async function takeSnapshot(
  { launch }: Run,
  agent: Agent,
  conversation: Conversation,
  body: Body,
  at: { readonly phase: DisconnectPhase; readonly cause: string },
): Promise<RecoverySnapshot | null> {
  await body.catchUp(); // this may report another session
  const { id, transcriptPath } = conversation;
  if (id === null) return null;
  const transcript = await summary(launch, transcriptPath);
  return buildSnapshot({
    sessionId: id,
    cause: causeWords(at.cause).headline.replace(/\.$/, ''),
    agentVersion: agent.program.version?.text ?? null,
    writtenAt: new Date().toISOString(),
    compacting: at.phase === 'compacting',
    turnRunning: at.phase !== 'between_turns',
    ledger: await checkFiles(conversation.ledger.calls()),
    transcript: transcript && { ...transcript, openCalls: await checkFiles(transcript.openCalls) },
    screenText: body.partialText(),
  });
}

/**
 * Whether a prompt that was or may have been sent last is on record without its answer. An agent can end after it has
 * recorded a prompt and before anything else shows the turn.
 */
export async function isUnanswered(
  { launch }: Run,
  { transcriptPath }: Conversation,
  body: Pick<Body, 'catchUp' | 'sentPrompts'>,
): Promise<boolean> {
  await body.catchUp();
  if (transcriptPath === null) return false;
  const isRecorded = async (sent: SentPrompt) =>
    (await launch.adapter.recordsPrompt?.(transcriptPath, sent)) === true;
  const recorded = await Promise.all(body.sentPrompts().map(isRecorded));
  if (!recorded.includes(true)) return false;
  const tail = (await summary(launch, transcriptPath))?.tail;
  return tail !== undefined && tail !== 'empty' && tail !== 'complete';
}

/** Null if there is no conversation file or it cannot be read. Then the ledger and the screen must suffice. */
async function summary({ adapter }: Launch, path: string | null): Promise<TranscriptSummary | null> {
  if (path === null) return null;
  return await adapter.summarizeTranscript(path).catch(() => null);
}

/**
 * The "you were interrupted" text from the last snapshot. Empty if none could be taken.
 * @param template the person's own template; null: the built-in one
 */
export function promptOf(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  rung: PromptOptions['rung'],
  template: string | null,
): string {
  const { snapshot } = conversation;
  if (snapshot === null) return '';
  return interruptedPrompt(snapshot, { ...retryOptions(run, agent, conversation), rung, template });
}

/** The result that the conversation file gets for an interrupted call. */
export function resultTextOf(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  call: ActiveToolCall,
): string {
  return interruptedResult(call, retryOptions(run, agent, conversation));
}

/**
 * Whether no call of the lost message can have run unseen: hooks were heard, or this version records each call first.
 */
export function watchesCalls(
  { launch }: Run,
  { hooks, program }: Agent,
  { snapshot }: Conversation,
): boolean {
  const { recordsCallsFirst } = launch.adapter.abilities(program.version);
  return hooks.heard() || (recordsCallsFirst && (snapshot?.last_committed_message_index ?? null) !== null);
}

function retryOptions(run: Run, agent: Agent, conversation: Conversation) {
  const { auto_retry_mutations, auto_retry_readonly_tools } = run.config.network_resilience;
  return {
    autoRetryReadonlyTools: auto_retry_readonly_tools,
    autoRetryMutations: auto_retry_mutations,
    callsWatched: watchesCalls(run, agent, conversation),
    unattended: run.unattended,
  };
}
