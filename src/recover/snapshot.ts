/**
 * The recovery snapshot: what the agent had in flight when it was stopped. It is written beside the transcript before
 * anything is killed, and the prompt for the relaunched agent is made from it.
 *
 * It merges two witnesses. The ledger (hooks) knows which calls ran, including those that the agent had not yet written
 * to disk. The transcript knows which calls have a recorded result and which never got one.
 */
import type { DisconnectPhase } from '../effects.ts';
import type { ToolRisk } from '../events.ts';
import type { CallStatus, FileCheck, ToolCall } from './call.ts';
import type { LedgerCall } from './ledger.ts';

export interface Todo {
  readonly content: string;
  readonly status: string;
}

/** The agent's own last backup of the files it edits. */
export interface FileCheckpoint {
  readonly message_id: string;
  readonly at: string | null;
  /** Paths of the tracked files, as recorded. */
  readonly files: readonly string[];
}

/** How the recorded conversation ends. */
export type TranscriptTail =
  | 'empty'
  | 'prompt' // a person's message without an answer
  | 'open call' // a tool call without a result
  | 'tool result' // a result without the answer that follows it
  | 'partial answer' // an answer whose turn has not ended
  | 'complete';

/** What one pass over the transcript finds. */
export interface TranscriptSummary {
  /** Calls of the last turn that have no recorded result, in order. */
  readonly openCalls: readonly LedgerCall[];
  /** Ids of all calls that have a recorded result, those of subagents included. */
  readonly settled: ReadonlySet<string>;
  /** Index from 0 of the last message of the conversation; null if there is none. */
  readonly lastMessageIndex: number | null;
  readonly checkpoint: FileCheckpoint | null;
  readonly todos: readonly Todo[];
  readonly tail: TranscriptTail;
  /** Text of the last recorded answer. */
  readonly lastText: string | null;
}

export interface SnapshotFacts {
  readonly sessionId: string;
  /** Why the guard steps in, in plain words, because it is quoted to the agent. */
  readonly cause: string;
  readonly agentVersion: string | null;
  /** ISO 8601. */
  readonly writtenAt: string;
  readonly compacting: boolean;
  /** Null: not known, so the transcript decides. */
  readonly turnRunning: boolean | null;
  readonly ledger: readonly ToolCall[];
  readonly transcript: TranscriptSummary | null;
  /** The unfinished answer, as far as it could be read from the screen. */
  readonly screenText: string | null;
}

export interface ActiveToolCall {
  readonly tool_use_id: string;
  readonly tool: string;
  readonly file?: string;
  readonly command?: string;
  readonly status: CallStatus;
  readonly risk: ToolRisk;
  readonly file_check?: FileCheck;
}

/** The file `<session-id>.recovery.json`; the field names are public. */
export interface RecoverySnapshot {
  readonly session_id: string;
  readonly disconnect_phase: DisconnectPhase;
  readonly active_tool_calls: readonly ActiveToolCall[];
  readonly partial_response_text: string | null;
  readonly last_committed_message_index: number | null;
  readonly last_file_checkpoint: FileCheckpoint | null;
  readonly pending_todos: readonly Todo[];
  readonly cause: string;
  readonly agent_version: string | null;
  readonly written_at: string;
}

export function buildSnapshot(facts: SnapshotFacts): RecoverySnapshot {
  const { transcript } = facts;
  const calls = unsettledCalls(facts.ledger, transcript);
  return {
    session_id: facts.sessionId,
    disconnect_phase: phaseOf(facts, calls),
    active_tool_calls: calls.map(toActive),
    partial_response_text: partialText(facts),
    last_committed_message_index: transcript?.lastMessageIndex ?? null,
    last_file_checkpoint: transcript?.checkpoint ?? null,
    pending_todos: (transcript?.todos ?? []).filter((todo) => todo.status !== 'completed'),
    cause: facts.cause,
    agent_version: facts.agentVersion,
    written_at: facts.writtenAt,
  };
}

/**
 * Every call whose result the resumed agent will not find in its history. A finished call counts, too: the newest
 * versions run a call while its message is still open, and a message that never ended is never recorded.
 */
function unsettledCalls(
  ledger: readonly ToolCall[],
  transcript: TranscriptSummary | null,
): readonly ToolCall[] {
  const settled = transcript?.settled;
  const calls = new Map<string, ToolCall>();
  for (const call of transcript?.openCalls ?? []) calls.set(call.toolUseId, call);
  for (const call of ledger) {
    if (settled?.has(call.toolUseId)) continue;
    // Without a transcript, nobody knows what is recorded, so only calls that are certainly unfinished are reported.
    if (transcript === null && (call.status === 'finished' || call.status === 'failed')) continue;
    calls.set(call.toolUseId, { ...calls.get(call.toolUseId), ...call });
  }
  return [...calls.values()];
}

function phaseOf(facts: SnapshotFacts, calls: readonly ToolCall[]): DisconnectPhase {
  if (facts.compacting) return 'compacting';
  if (calls.some((call) => call.status === 'started')) return 'tool_execution';
  const tail = facts.transcript?.tail ?? 'empty';
  if (tail === 'open call' && calls.some((call) => call.status === 'unknown')) return 'tool_execution';
  if (facts.turnRunning ?? (tail !== 'complete' && tail !== 'empty')) return 'streaming';
  return 'between_turns';
}

function partialText(facts: SnapshotFacts): string | null {
  if (facts.screenText !== null && facts.screenText.trim() !== '') return facts.screenText;
  return facts.transcript?.tail === 'partial answer' ? facts.transcript.lastText : null;
}

function toActive(call: ToolCall): ActiveToolCall {
  return {
    tool_use_id: call.toolUseId,
    tool: call.tool,
    ...(call.file !== undefined && { file: call.file }),
    ...(call.command !== undefined && { command: call.command }),
    status: call.status,
    risk: call.risk,
    ...(call.fileCheck !== undefined && { file_check: call.fileCheck }),
  };
}
