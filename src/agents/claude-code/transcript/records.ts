/**
 * The fields of a conversation file's records that matter to the chain. A record with a `uuid` is a link of the chain;
 * all others are bookkeeping and not part of it.
 */

import { type Json, textOf } from '../../common/json.ts';
import { blocksOf, messageOf } from '../message.ts';
import { refusesThinking } from '../senses/failures.ts';

export type RowKind =
  | 'user'
  | 'assistant'
  | 'boundary' // a compaction: the conversation starts over here, so having no parent is right
  | 'progress' // 2.1.42: once a second while a tool runs; never sent
  | 'other';

export interface Link {
  /** Null: the record has lost its id. */
  readonly uuid: string | null;
  readonly parentUuid: string | null;
  readonly logicalParentUuid: string | null;
  readonly kind: RowKind;
  /** A subagent's record. */
  readonly side: boolean;
  /** Unix milliseconds; null if missing. */
  readonly time: number | null;
  /** One message of the model is recorded as several lines with the same id. */
  readonly messageId: string | null;
  readonly uses: readonly string[];
  readonly results: readonly string[];
  /** Record of the call whose result this is, if the version writes it. */
  readonly source: string | null;
  /** An error shown to the person as a message; it is never sent. */
  readonly failure: boolean;
  /** The failure says that the API refused the conversation because of its thinking. */
  readonly refusesThinking: boolean;
  /** The failure says that the request was invalid, so a retry would be refused, too. */
  readonly refused: boolean;
  /** How much of the record is the model's thinking. */
  readonly thinking: 'all' | 'part' | 'none';
}

const none: readonly string[] = [];

/** The words with which the agent shows the API's answer to an invalid request. */
const refusal = /\bAPI Error:? \(?400\b|"?invalid_request_error\b/;

/** Null: a bookkeeping record. */
export function readLink(record: Json): Link | null {
  const { type } = record;
  const uuid = textOf(record, 'uuid');
  const message = messageOf(record);
  const speaks = (type === 'user' || type === 'assistant') && message !== null;
  if (uuid === null && !speaks) return null;
  const time = Date.parse(textOf(record, 'timestamp') ?? '');
  return {
    uuid,
    parentUuid: textOf(record, 'parentUuid'),
    logicalParentUuid: textOf(record, 'logicalParentUuid'),
    kind: kindOf(record),
    side: record.isSidechain === true,
    time: Number.isNaN(time) ? null : time,
    messageId: type === 'assistant' && message !== null ? textOf(message, 'id') : null,
    uses: type === 'assistant' ? idsOf(message, 'tool_use', 'id') : none,
    results: type === 'user' ? idsOf(message, 'tool_result', 'tool_use_id') : none,
    source: textOf(record, 'sourceToolAssistantUUID'),
    failure: record.isApiErrorMessage === true,
    refusesThinking:
      record.isApiErrorMessage === true &&
      blocksOf(message).some((block) => refusesThinking(textOf(block, 'text') ?? '')),
    refused:
      record.isApiErrorMessage === true &&
      blocksOf(message).some((block) => refusal.test(textOf(block, 'text') ?? '')),
    thinking: type === 'assistant' ? thinkingIn(message) : 'none',
  };
}

/**
 * The end of the conversation that a record names. Null: the agent forgets the one that was named before. Undefined:
 * the record says nothing about it.
 */
export function endNamedIn(record: Json, link: Link | null): string | null | undefined {
  if (link?.kind === 'boundary') return null;
  return record.type === 'last-prompt' ? (textOf(record, 'leafUuid') ?? undefined) : undefined;
}

function kindOf(record: Json): RowKind {
  switch (record.type) {
    case 'user':
    case 'assistant':
    case 'progress':
      return record.type;
    case 'system':
      return record.subtype === 'compact_boundary' ? 'boundary' : 'other';
    default:
      return 'other';
  }
}

export const isThinking = (block: Json): boolean =>
  block.type === 'thinking' || block.type === 'redacted_thinking';

function thinkingIn(message: Json | null): Link['thinking'] {
  const blocks = blocksOf(message);
  if (!blocks.some(isThinking)) return 'none';
  return blocks.every(isThinking) ? 'all' : 'part';
}

function idsOf(message: Json | null, type: string, field: string): readonly string[] {
  const ids = blocksOf(message).flatMap((block) => {
    const id = block.type === type ? textOf(block, field) : null;
    return id === null ? [] : [id];
  });
  return ids.length === 0 ? none : ids;
}
