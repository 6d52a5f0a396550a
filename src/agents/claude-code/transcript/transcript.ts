/**
 * Records of the conversation file as observations. Which records exist depends on the version; each adds a fact, and
 * none is required. Of a subagent's records (side chain) only the results count, because they say nothing about the
 * main turn. A refused call has its result only on record: no hook reports its end.
 */
import type { Observation } from '../../../events.ts';
import { isRecord, type Json, textOf } from '../../common/json.ts';
import { blocksOf, isMadeUp, messageOf } from '../message.ts';
import { failureOfText } from '../senses/failures.ts';
import { toolStarted } from '../senses/tools.ts';
import { recordsStopReason } from '../versions.ts';

/** Written as the user's message when the person stops a turn, in all versions. */
const interruption = /^\[Request interrupted by user/;

function results(record: Json): readonly Observation[] {
  return blocksOf(messageOf(record)).flatMap((block): readonly Observation[] => {
    const toolUseId = block.type === 'tool_result' ? textOf(block, 'tool_use_id') : null;
    return toolUseId === null
      ? []
      : [{ type: 'tool.finished', toolUseId, ok: block.is_error !== true, recorded: true }];
  });
}

function readUser(record: Json): readonly Observation[] {
  const texts = blocksOf(messageOf(record)).flatMap((block) =>
    block.type === 'text' ? [textOf(block, 'text') ?? ''] : [],
  );
  const interruptions = texts.filter((text) => interruption.test(text));
  const seen: readonly Observation[] = [
    ...results(record),
    ...interruptions.map(() => ({ type: 'interrupted' }) as const),
  ];
  return seen.length === 0 && texts.length > 0 ? [{ type: 'prompt.recorded' }] : seen;
}

function readAssistant(record: Json): readonly Observation[] {
  const blocks = blocksOf(messageOf(record));
  if (record.isApiErrorMessage === true) {
    const text = blocks.map((block) => textOf(block, 'text') ?? '').join(' ');
    return [{ type: 'failure.recorded', failure: failureOfText(text) }];
  }
  const calls = blocks.flatMap((block): readonly Observation[] => {
    const toolUseId = textOf(block, 'id');
    const tool = textOf(block, 'name');
    if (block.type !== 'tool_use' || toolUseId === null || tool === null) return [];
    return [{ ...toolStarted(toolUseId, tool, block.input), recorded: true }];
  });
  return isMadeUp(messageOf(record)) || blocks.length === 0 ? calls : [answer(record), ...calls];
}

/** Reasons to stop after which nothing follows in the turn. */
const lastReasons: readonly unknown[] = ['end_turn', 'stop_sequence'];

/** If a stream ends before the model gives its stop reason, the agent takes what it has for a whole answer. */
function answer(record: Json): Observation {
  const stop = messageOf(record)?.stop_reason;
  const cutShort = stop === null && recordsStopReason(textOf(record, 'version'));
  return {
    type: 'answer.recorded',
    ...(cutShort && { cutShort }),
    ...(lastReasons.includes(stop) && { endsTurn: true }),
  };
}

/**
 * The record of a turn's end (`turn_duration`) is ignored, because it may be read only after the next turn has begun.
 */
function readSystem(record: Json): readonly Observation[] {
  if (record.subtype === 'compact_boundary') return [{ type: 'compaction.finished' }];
  // 2.1.42 writes this before each of its own retries; at a usage limit, the wait is hours.
  const { retryInMs } = record;
  if (record.subtype === 'api_error' && typeof retryInMs === 'number' && retryInMs > 0)
    return [{ type: 'retry.recorded', inMs: retryInMs }];
  return [];
}

/** One parsed record as observations; none if it is not understood. */
export function readTranscript(record: unknown): readonly Observation[] {
  if (!isRecord(record)) return [];
  if (record.isSidechain === true) return record.type === 'user' ? results(record) : [];
  switch (record.type) {
    case 'user':
      return readUser(record);
    case 'assistant':
      return readAssistant(record);
    case 'system':
      return readSystem(record);
    case 'api-request': // 2.1.329: written when a request is sent, and again for each retry
      return textOf(record, 'querySource')?.startsWith('repl_main_thread') ? [{ type: 'request.sent' }] : [];
    default:
      return [];
  }
}
