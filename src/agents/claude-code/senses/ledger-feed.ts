/** Keeps the tool ledger in step with the hooks. */
import type { Ledger } from '../../../recover/ledger.ts';
import { isRecord, textOf } from '../../common/json.ts';
import { readToolReport } from './tool-reports.ts';

/** Takes one hook payload. A payload that is not about tool calls changes nothing. */
export function feedLedger(ledger: Ledger, payload: unknown): void {
  const report = readToolReport(payload);
  if (report) {
    ledger.report(report);
    return;
  }
  if (!isRecord(payload) || payload.hook_event_name !== 'SubagentStop') return;
  const subagent = textOf(payload, 'agent_id');
  if (subagent !== null) ledger.endSubagent(subagent);
}
