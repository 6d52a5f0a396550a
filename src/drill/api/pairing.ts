/**
 * The Messages API's rules about the shape of a conversation, in its own wording, so that the simulated API refuses a
 * recovered conversation if the real one would.
 */
import type { Block, Message } from './request.ts';

interface Turn {
  readonly role: string;
  readonly blocks: readonly Block[];
  /** Index of its first message in the request. */
  readonly index: number;
}

/** Consecutive messages of one role count as one turn, as in the real API. Messages of `system` do not count. */
function turnsOf(messages: readonly Message[]): readonly Turn[] {
  const turns: Turn[] = [];
  messages.forEach((message, index) => {
    if (message.role === 'system') return;
    const blocks =
      typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
    const last = turns.at(-1);
    if (last?.role === message.role)
      turns[turns.length - 1] = { ...last, blocks: [...last.blocks, ...blocks] };
    else turns.push({ role: message.role, blocks, index });
  });
  return turns;
}

const ids = (turn: Turn | undefined, role: string, type: string, field: string): readonly string[] =>
  turn?.role === role
    ? turn.blocks.filter((block) => block.type === type).map((block) => String(block[field]))
    : [];

const repeated = (names: readonly string[]): string | undefined =>
  names.find((name, index) => names.indexOf(name) !== index);

/** @returns the message of the 400 that the API would answer; null: the conversation is well-formed */
export function pairingError(messages: readonly Message[] | undefined): string | null {
  if (!messages?.length) return 'messages: at least one message is required';
  const empty = messages.findIndex(
    (message, index) =>
      message.content.length === 0 &&
      message.role !== 'system' && // 2.1.329 sends an empty one after a compaction
      !(index === messages.length - 1 && message.role === 'assistant'),
  );
  if (empty >= 0)
    return `messages.${empty}: all messages must have non-empty content except for the optional final assistant message`;
  const turns = turnsOf(messages);
  if (turns[0]?.role !== 'user') return 'messages: first message must use the "user" role';

  const everyUse = turns.flatMap((turn) => ids(turn, 'assistant', 'tool_use', 'id'));
  const twice = repeated(everyUse);
  if (twice !== undefined) return `messages: \`tool_use\` ids must be unique: ${twice}`;

  for (const [position, turn] of turns.entries()) {
    const results = ids(turn, 'user', 'tool_result', 'tool_use_id');
    const doubled = repeated(results);
    if (doubled !== undefined)
      return (
        `messages.${turn.index}: each tool_use must have a single result. ` +
        `Found multiple \`tool_result\` blocks with id: ${doubled}`
      );
    const asked = ids(turns[position - 1], 'assistant', 'tool_use', 'id');
    const stray = results.find((id) => !asked.includes(id));
    if (stray !== undefined)
      return (
        `messages.${turn.index}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}. ` +
        'Each `tool_result` block must have a corresponding `tool_use` block in the previous message.'
      );
    const answered = ids(turns[position + 1], 'user', 'tool_result', 'tool_use_id');
    const open = ids(turn, 'assistant', 'tool_use', 'id').filter((id) => !answered.includes(id));
    if (open.length > 0)
      return (
        `messages.${turn.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ` +
        `${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`
      );
  }
  return null;
}
