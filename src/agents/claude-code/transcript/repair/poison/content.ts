/** Rebuilds the content blocks of a record one by one, including those inside results. */
import { isRecord, type Json } from '../../../../common/json.ts';

/** The agent's own text for a message without content. */
const noContent = '(no content)';

/** Null: leave the block out. The block itself: no change. */
export type MendBlock = (block: Json) => Json | null;

/**
 * The record with its blocks repaired; the same object if none was. Content that would be empty gets a note instead.
 */
function mapBlocks(record: Json, mend: MendBlock): Json {
  const { message } = record;
  if ((record.type !== 'user' && record.type !== 'assistant') || !isRecord(message)) return record;
  const content = mapContent(message.content, mend);
  return content === message.content ? record : { ...record, message: { ...message, content } };
}

function mapContent(content: unknown, mend: MendBlock): unknown {
  if (typeof content === 'string') {
    const block = { type: 'text', text: content };
    return mend(block) === block ? content : noContent;
  }
  if (!Array.isArray(content)) return content;
  const blocks = content as readonly unknown[];
  const mended = blocks.flatMap((block) => {
    const one = isRecord(block) ? mend(withContent(block, mend)) : block;
    return one === null ? [] : [one];
  });
  if (mended.length === blocks.length && mended.every((block, index) => block === blocks[index]))
    return content;
  return mended.length > 0 ? mended : [{ type: 'text', text: noContent }];
}

/** A result may hold blocks of its own. If its content is a plain text, that may be empty. */
function withContent(block: Json, mend: MendBlock): Json {
  if (block.type !== 'tool_result' || !Array.isArray(block.content)) return block;
  const content = mapContent(block.content, mend);
  return content === block.content ? block : { ...block, content };
}

/** Builds the fields for a kind of poison that is found in blocks of one type. */
export function inBlocks(type: string, mend: MendBlock) {
  return {
    type,
    mend,
    clean: (record: Json) => mapBlocks(record, (block) => (block.type === type ? mend(block) : block)),
  };
}

/** Visits every block that `mapBlocks` would pass to `mend`, in any order. */
export function visitBlocks({ type, message }: Json, visit: (block: Json) => void): void {
  if ((type === 'user' || type === 'assistant') && isRecord(message)) visitContent(message.content, visit);
}

function visitContent(content: unknown, visit: (block: Json) => void): void {
  if (typeof content === 'string') visit({ type: 'text', text: content });
  if (!Array.isArray(content)) return;
  for (const block of content as readonly unknown[]) {
    if (!isRecord(block)) continue;
    visit(block);
    if (block.type === 'tool_result' && Array.isArray(block.content)) visitContent(block.content, visit);
  }
}
