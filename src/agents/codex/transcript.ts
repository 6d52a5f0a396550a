/**
 * Records of a rollout as observations. Codex records things as they happen: a call before the tool runs, the beginning
 * and the end of a turn at once.
 */
import type { Observation } from '../../events.ts';
import { isRecord, type Json, textOf } from '../common/json.ts';
import { failureOfError } from './failures.ts';
import { readCall, resultOf, toolRisk } from './tools.ts';

function readItem(item: Json): readonly Observation[] {
  const call = readCall(item);
  if (call !== null)
    return [{ type: 'tool.started', toolUseId: call.id, tool: call.tool, risk: toolRisk(call.tool) }];
  const settled = resultOf(item);
  return settled === null ? [] : [{ type: 'tool.finished', toolUseId: settled, ok: true }];
}

function readEvent(event: Json): readonly Observation[] {
  switch (event.type) {
    case 'task_started':
      return [{ type: 'turn.started' }];
    case 'task_complete':
      return isRecord(event.error)
        ? [{ type: 'turn.ended', failure: failureOfError(event.error) }]
        : [{ type: 'turn.ended' }];
    case 'turn_aborted':
      return textOf(event, 'reason') === 'interrupted' ? [{ type: 'interrupted' }] : [{ type: 'turn.ended' }];
    case 'context_compacted':
      return [{ type: 'compaction.finished' }];
    default:
      return [];
  }
}

/** One parsed record as observations; none if it is not understood. */
export function readTranscript(record: unknown): readonly Observation[] {
  if (!isRecord(record) || !isRecord(record.payload)) return [];
  if (record.type === 'response_item') return readItem(record.payload);
  return record.type === 'event_msg' ? readEvent(record.payload) : [];
}
