/**
 * How the API, or the agent for it, says that the conversation itself cannot be sent: every later prompt would be
 * refused, too, until the transcript is repaired. The wording is the API's or that of Claude Code 1.0.56 to 2.1.332,
 * which shows the API's refusals verbatim or in its own words.
 */

/** About tool calls and their results. */
const pairing = [
  /tool use concurrency issues/i,
  /without `?tool_result`? blocks/i,
  /unexpected `?tool_use_id`?/i,
  /orphaned tool_result/i,
  /duplicate tool_use ID/i,
  /`?tool_use`? ids must be unique/i,
  /each tool_use must have a single result/i,
] as const;

/** About the content of a block. */
const content = [
  /request body is not valid JSON/i,
  /tool_use\.name: String should have at most/i,
  /tool_use\.input: Input should be a valid dictionary/i,
  /text content blocks must (be non-empty|contain non-whitespace text)/i,
  /cache_control cannot be set for empty text blocks/i,
  /each thinking block must contain thinking/i,
  /could not process (image|document|pdf)/i,
  /image dimensions exceed max allowed size/i,
  /image exceeds \d+ ?MB maximum/i,
  /PDF specified (was|is) not valid/i,
  /diagnostics\.previous_message_id/i,
] as const;

/** About thinking: the API wants it back unchanged, with a signature that fits. */
const thinking = [
  /thinking`? blocks? .*cannot be modified/i,
  /invalid.*signature`? in `?thinking/i,
  /invalid_thinking_signature/,
] as const;

/** The same in machine-readable fields of the newest versions. */
const names = [
  /\b(image_unprocessable|document_unprocessable|empty_text_block|tool_use_id_invalid|request_body_invalid_json)\b/,
] as const;

const all: readonly RegExp[] = [...pairing, ...content, ...thinking, ...names];

export const refusesHistory = (text: string): boolean => all.some((pattern) => pattern.test(text));

/** Whether the conversation was refused because of the thinking in it. */
export const refusesThinking = (text: string): boolean => thinking.some((pattern) => pattern.test(text));
