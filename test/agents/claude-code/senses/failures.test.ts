/** How errors are sorted: by the agent's words and by the status behind them, never by digits within a text. */
import { describe, expect, test } from 'vitest';
import {
  failureOfCode,
  failureOfText,
  statusOfText,
} from '../../../../src/agents/claude-code/senses/failures.ts';

const withStatus = (status: number, text: string) => `API Error: ${status} ${text}`;

describe('a conversation that the API refuses is damaged history', () => {
  test.each([
    'due to tool use concurrency issues. Run /rewind to recover the conversation.',
    'messages.3: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1.',
    'messages.2.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1.',
    'orphaned tool_result in conversation history',
    'duplicate tool_use ID in conversation history',
    'messages.5.content.1: `tool_use` ids must be unique',
    'each tool_use must have a single result. Found multiple `tool_result` blocks with id: toolu_1',
    'The request body is not valid JSON: unexpected end of data: line 1 column 512 (char 511)',
    'The request body is not valid JSON: no low surrogate in string: line 1 column 429 (char 428)',
    'messages.512.content.1.tool_use.name: String should have at most 200 characters',
    'messages.429.content.0.tool_use.input: Input should be a valid dictionary',
    'messages: text content blocks must be non-empty',
    'messages: text content blocks must contain non-whitespace text',
    'messages.1.content.0.text: cache_control cannot be set for empty text blocks',
    'messages.1.content.0.thinking: each thinking block must contain thinking',
    'Could not process image',
    'messages.7.content.0.image.source.base64.data: At least one of the image dimensions exceed max allowed size for many-image requests: 2000 pixels',
    'messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 6000000 bytes > 5242880 bytes',
    'The PDF specified was not valid.',
    'diagnostics.previous_message_id: must be the `id` from a prior /v1/messages response (starts with `msg_`)',
    'messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified.',
    'messages.1.content.0: Invalid `signature` in `thinking` block',
  ])('%s', (text) => {
    expect(failureOfText(withStatus(400, text))).toBe('history');
    const raw = JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message: text } });
    expect(failureOfText(withStatus(400, raw))).toBe('history');
  });
});

describe('digits within a refusal are not a status', () => {
  test.each(['messages.512.content.0: no', 'messages.429.content.0: no', 'x: line 1 column 503 (char 529)'])(
    '%s',
    (text) => {
      expect(statusOfText(withStatus(400, text))).toBe(400);
      expect(failureOfText(withStatus(400, text))).toBe('refused');
    },
  );

  test('nor are quoted words of other failures', () => {
    expect(failureOfText(withStatus(400, 'metadata: Overloaded is not a rate limit; terminated'))).toBe(
      'refused',
    );
  });
});

test.each([
  ['API Error: 500 Internal server error', 'overloaded'],
  ['API Error (502 {"type":"error"}) · Retrying in 1 seconds… (attempt 1/10)', 'overloaded'],
  ['API Error: Repeated 529 Overloaded errors. The API is at capacity', 'overloaded'],
  ["API Error: Request rejected (429) · This request would exceed your account's limit", 'rate-limit'],
  ['API Error: Server is temporarily limiting requests (not your usage limit)', 'overloaded'],
  ["You've hit your session limit · resets 1:10am (UTC)", 'rate-limit'],
  ['API Error: 401 {"type":"error","error":{"type":"authentication_error"}}', 'person'],
  ['API Error: 403 Forbidden', 'person'],
  ['API Error: Connection lost mid-response. The response above may be incomplete.', 'connection'],
  ['API Error: 400 messages: too much of everything', 'refused'],
  ['API Error: 413 Request too large', 'too-long'],
  ['Prompt is too long · the request is ~214315 tokens (limit 200000)', 'too-long'],
  ["API Error: Cannot read properties of undefined (reading 'filter')", 'other'],
])('%s is %s', (text, kind) => {
  expect(failureOfText(text)).toBe(kind);
});

test('the hook’s code decides if the text does not', () => {
  expect(failureOfCode('invalid_request', 'something new')).toBe('refused');
  expect(failureOfCode('invalid_request', withStatus(400, 'Could not process image'))).toBe('history');
  expect(failureOfCode('server_error', 'API Error: Connection lost mid-response.')).toBe('connection');
  expect(failureOfCode('constructor', 'something new')).toBe('other');
});
