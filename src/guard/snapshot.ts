/**
 * Takes the recovery snapshot: what the ledger, the transcript and the screen know of the work in flight; and makes the
 * prompt from it.
 */
import type { DisconnectPhase } from '../effects.ts';
import { checkFiles } from '../recover/file-check.ts';
import { interruptedPrompt, interruptedResult, type PromptOptions } from '../recover/prompt.ts';
import {
  type ActiveToolCall,
  buildSnapshot,
  type RecoverySnapshot,
  type TranscriptSummary,
} from '../recover/snapshot.ts';
import { causeWords } from '../words/cause.ts';
import type { Runtime } from './runtime.ts';

/** What a snapshot is taken of; print mode has no screen to view. */
export type Observed = Pick<Runtime, 'session' | 'version' | 'ledger' | 'catchUp' | 'launch'> &
  Partial<Pick<Runtime, 'view'>>;

/** Null where no session is known: then there is nothing to come back to. Never throws for a damaged transcript. */
export async function takeSnapshot(
  runtime: Observed,
  at: { readonly phase: DisconnectPhase; readonly cause: string },
): Promise<RecoverySnapshot | null> {
  await runtime.catchUp(); // which may tell of another session
  const { session, version } = runtime;
  if (session.id === null) return null;
  const transcript = await summary(runtime);
  return buildSnapshot({
    sessionId: session.id,
    cause: causeWords(at.cause).headline.replace(/\.$/, ''),
    agentVersion: version?.text ?? null,
    writtenAt: new Date().toISOString(),
    compacting: at.phase === 'compacting',
    turnRunning: at.phase !== 'between_turns',
    ledger: await checkFiles(runtime.ledger.calls()),
    transcript: transcript && { ...transcript, openCalls: await checkFiles(transcript.openCalls) },
    screenText: runtime.view ? runtime.launch.adapter.partialText(runtime.view()) : null,
  });
}

/** Null where there is no conversation file, or it cannot be read: the ledger and the screen must do. */
async function summary({ session, launch }: Observed): Promise<TranscriptSummary | null> {
  if (session.transcriptPath === null) return null;
  return await launch.adapter.summarizeTranscript(session.transcriptPath).catch(() => null);
}

type Telling = Pick<Runtime, 'config' | 'hookSource' | 'recordsCallsFirst' | 'unattended' | 'snapshot'>;

/** The "you were interrupted" text from the last snapshot; empty when none could be taken. */
export function promptOf(
  runtime: Telling & Partial<Pick<Runtime, 'promptTemplate'>>,
  rung: PromptOptions['rung'],
): string {
  if (runtime.snapshot === null) return '';
  return interruptedPrompt(runtime.snapshot, {
    ...retryOptions(runtime),
    rung,
    template: runtime.promptTemplate ?? null,
  });
}

/** What the conversation file shall say of an interrupted call. */
export function resultTextOf(runtime: Telling, call: ActiveToolCall): string {
  return interruptedResult(call, retryOptions(runtime));
}

/** No call of the lost message can have run unseen: hooks were heard, or this version has put each on record first. */
export function watchesCalls({ hookSource, recordsCallsFirst, snapshot }: Telling): boolean {
  return (
    hookSource.heard() || (recordsCallsFirst && (snapshot?.last_committed_message_index ?? null) !== null)
  );
}

function retryOptions(runtime: Telling) {
  const { config, unattended } = runtime;
  const { auto_retry_mutations, auto_retry_readonly_tools } = config.network_resilience;
  return {
    autoRetryReadonlyTools: auto_retry_readonly_tools,
    autoRetryMutations: auto_retry_mutations,
    callsWatched: watchesCalls(runtime),
    unattended,
  };
}
