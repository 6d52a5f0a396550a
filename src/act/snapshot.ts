/**
 * Takes the recovery snapshot: what the ledger, the transcript and the screen know of the work in flight; and makes the
 * prompt from it.
 */
import type { DisconnectPhase } from '../effects.ts';
import { checkFiles } from '../recover/file-check.ts';
import { interruptedPrompt } from '../recover/prompt.ts';
import { buildSnapshot, type RecoverySnapshot, type TranscriptSummary } from '../recover/snapshot.ts';
import { causeWords } from '../report/cause.ts';
import type { Runtime } from './runtime.ts';

/** What a snapshot is taken of; print mode has no screen to view. */
export type Observed = Pick<Runtime, 'session' | 'version' | 'ledger' | 'catchUp' | 'launch'> &
  Partial<Pick<Runtime, 'view'>>;

/** Null where no session is known: then there is nothing to come back to. Never throws for a damaged transcript. */
export async function takeSnapshot(
  runtime: Observed,
  at: { readonly phase: DisconnectPhase; readonly cause: string },
): Promise<RecoverySnapshot | null> {
  const { session, version } = runtime;
  await runtime.catchUp();
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
    transcript,
    screenText: runtime.view ? runtime.launch.adapter.partialText(runtime.view()) : null,
  });
}

/** Null where there is no conversation file, or it cannot be read: the ledger and the screen must do. */
async function summary({ session, launch }: Observed): Promise<TranscriptSummary | null> {
  if (session.transcriptPath === null) return null;
  return await launch.adapter.summarizeTranscript(session.transcriptPath).catch(() => null);
}

/** The "you were interrupted" text from the last snapshot; empty when none could be taken. */
export function promptOf(
  runtime: Pick<Runtime, 'config' | 'hooks' | 'snapshot'>,
  rung: 'nudge' | 'relaunch',
): string {
  if (runtime.snapshot === null) return '';
  const { auto_retry_mutations, auto_retry_readonly_tools } = runtime.config.network_resilience;
  return interruptedPrompt(runtime.snapshot, {
    autoRetryReadonlyTools: auto_retry_readonly_tools,
    autoRetryMutations: auto_retry_mutations,
    rung,
    callsWatched: runtime.hooks,
    template: null,
  });
}
