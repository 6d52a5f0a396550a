/**
 * The tool ledger: each call that was seen to start, and how it ended. Since 2.1.197, the agent runs a call before
 * anything about it is on disk. If it is interrupted in between, the ledger holds the only trace.
 *
 * The ledger is kept in memory only. It holds the texts of an edit until the call is settled, to judge the file
 * afterwards.
 */
import type { ToolRisk } from '../events.ts';
import type { ToolCall } from './call.ts';
import type { EditIntent, FileState } from './edit.ts';

/** What a hook reports of a tool call. */
export type ToolReport = {
  /** Null: this version of the agent gives no ids. */
  readonly toolUseId: string | null;
  readonly tool: string;
  /** The subagent that made the call; null: the main conversation. */
  readonly subagent: string | null;
  /** Distinguishes calls if there are no ids. */
  readonly fingerprint: string;
} & (
  | {
      readonly phase: 'started';
      readonly risk: ToolRisk;
      readonly file?: string;
      readonly command?: string;
      readonly edit?: EditIntent;
      /** State of the edited file right before the call; null: it could not be determined. */
      readonly before: FileState | null;
    }
  | { readonly phase: 'finished' | 'failed' }
);

/** A call with what is needed to judge its file. */
export interface LedgerCall extends ToolCall {
  readonly subagent: string | null;
  readonly edit?: EditIntent;
  readonly before: FileState | null;
}

export interface Ledger {
  report(report: ToolReport): void;
  /** The main turn is over, so its calls are recorded or abandoned. A subagent's calls may go on. */
  endTurn(): void;
  /**
   * The end of a turn is read from where calls show, too, and hooks may be ahead of that: a call that has not shown
   * there belongs to a later turn.
   */
  turnsEndWhere(hasShown: (toolUseId: string) => boolean): void;
  endSubagent(subagent: string): void;
  /** Another conversation has begun, or there is none any more. */
  clear(): void;
  /** All calls not yet known to be recorded, oldest first. */
  calls(): readonly LedgerCall[];
}

/** Above this number, the oldest ended calls are dropped: their results have long been recorded. */
const maxCalls = 500;

export function createLedger(): Ledger {
  const calls = new Map<string, LedgerCall & { readonly fingerprint: string }>();
  let unnamed = 0;
  let hasShown = (_toolUseId: string): boolean => true;

  const find = (report: ToolReport): string | null => {
    if (report.toolUseId !== null) return report.toolUseId;
    // Without ids: the oldest open call with the same input.
    for (const [id, call] of calls)
      if (call.status === 'started' && call.fingerprint === report.fingerprint) return id;
    return null;
  };
  const drop = (unwanted: (call: LedgerCall) => boolean) => {
    for (const [id, call] of calls) if (unwanted(call)) calls.delete(id);
  };
  const makeRoom = () => {
    for (const [id, call] of calls) {
      if (calls.size <= maxCalls) return;
      if (call.status !== 'started') calls.delete(id);
    }
    for (const id of calls.keys()) {
      if (calls.size <= maxCalls) return;
      calls.delete(id);
    }
  };

  return {
    report(report) {
      if (report.phase === 'started') {
        const toolUseId = report.toolUseId ?? `unnamed-${++unnamed}`;
        const { phase: _, ...facts } = report;
        calls.set(toolUseId, { ...facts, toolUseId, status: 'started' });
        makeRoom();
        return;
      }
      const id = find(report);
      const call = id === null ? undefined : calls.get(id);
      // An end without a start is ignored: the hook of the start was lost, or the guard started later, and the result
      // is recorded.
      if (call !== undefined) calls.set(call.toolUseId, { ...call, status: report.phase });
    },
    endTurn: () => drop((call) => call.subagent === null && hasShown(call.toolUseId)),
    turnsEndWhere(shown) {
      hasShown = shown;
    },
    endSubagent: (subagent) => drop((call) => call.subagent === subagent),
    clear: () => calls.clear(),
    calls: () => [...calls.values()].map(({ fingerprint: _, ...call }) => call),
  };
}
