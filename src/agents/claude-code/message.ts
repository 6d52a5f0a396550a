/** The message inside a record. It is alike in the conversation file and in what the agent prints. */
import { isRecord, type Json } from '../common/json.ts';

export const messageOf = (record: Json | undefined): Json | null =>
  isRecord(record?.message) ? record.message : null;

/** The content blocks of a message; a plain text counts as one block. */
export function blocksOf(message: Json | null): readonly Json[] {
  const content = message?.content;
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isRecord) : [];
}

/** Whether the agent itself wrote the answer: an error, or a stand-in where a turn was interrupted. */
export const isMadeUp = (message: Json | null): boolean => message?.model === '<synthetic>';
