/**
 * Every way in which an answer can go wrong, by name: the only table, for the drill, the tests and the docs. What the
 * real agent does in each case was measured; `drill/agent/request.ts` does the same.
 */
import { call, refuse, type Scenario, type Step } from './scenario.ts';

/**
 * `silent`: the agent hears nothing, and nothing ends. `loud`: the agent is told (error, reset, end of stream).
 * `listener`: not the scenario of one answer, but a state of the whole API (see `Api.refuse`).
 */
export type FaultKind = 'silent' | 'loud' | 'listener';

export interface Fault {
  readonly kind: FaultKind;
  readonly what: string;
  readonly scenario: Scenario;
}

const start: Step = { do: 'start' };
const text: Step = { do: 'text', text: 'The first half of a sentence that ', everyMs: 20, open: true };
const sentence: Step = { do: 'text', text: 'I will run a command. ', everyMs: 20 };
const hang: Step = { do: 'hang' };
const reset: Step = { do: 'reset' };
const close: Step = { do: 'close' };
/** If the end of the connection arrives together with the last bytes, the agent may never see the tool call in them. */
const read: Step = { do: 'wait', ms: 300 };
const halfTool: Step = { do: 'tool', name: 'Bash', input: { command: 'echo never' }, part: 0.5 };
const wholeTool: Step = {
  do: 'tool',
  name: 'Bash',
  input: { command: 'echo once', description: 'Say once' },
};
const silent = (what: string, scenario: Scenario): Fault => ({ kind: 'silent', what, scenario });
const loud = (what: string, scenario: Scenario): Fault => ({ kind: 'loud', what, scenario });
const limitResetsInS = 3600;

export const faults = {
  'no-headers': silent('request taken, no response headers', [hang]),
  'headers-only': silent('response headers, then nothing', [{ do: 'headers' }, hang]),
  'start-only': silent('message_start, then nothing', [start, hang]),
  'dead-mid-text': silent('stream stops in mid-text', [start, text, hang]),
  'dead-mid-thinking': silent('stream stops in mid-thinking', [
    start,
    { do: 'thinking', text: 'Let me consider this for ', everyMs: 20, open: true },
    hang,
  ]),
  'dead-mid-tool-input': silent('stream stops inside a tool call', [start, sentence, halfTool, hang]),
  'dead-after-tool': silent('stream stops after a complete tool call', [start, wholeTool, hang]),
  'pings-after-start': silent('only pings after message_start', [start, { do: 'ping', everyMs: 1000 }]),
  'pings-mid-text': silent('only pings in mid-text', [start, text, { do: 'ping', everyMs: 1000 }]),
  'comments-only': silent('only comment lines after message_start', [
    start,
    { do: 'comment', everyMs: 1000 },
  ]),
  'no-message-stop': silent('stop reason, but no message_stop and no end', [
    ...[start, text],
    { do: 'delta', reason: 'end_turn' },
    hang,
  ]),
  'slow-drip': silent('healthy, but one word per two seconds', [
    start,
    { do: 'text', text: 'slow but alive', everyMs: 2000 },
    { do: 'delta', reason: 'end_turn' },
    { do: 'stop' },
  ]),
  'reset-at-once': loud('connection reset before the headers', [reset]),
  'reset-mid-text': loud('connection reset in mid-text', [start, text, reset]),
  'close-after-start': loud('connection closed after message_start', [start, close]),
  'close-mid-text': loud('connection closed in mid-text', [start, text, close]),
  'close-mid-tool-input': loud('connection closed inside a tool call', [
    start,
    sentence,
    halfTool,
    read,
    close,
  ]),
  'close-after-tool': loud('connection closed after a complete tool call', [start, wholeTool, close]),
  'error-500': loud('HTTP 500', refuse(500, 'api_error', 'Internal server error')),
  'error-529': loud('HTTP 529 overloaded', refuse(529, 'overloaded_error', 'Overloaded')),
  'error-401': loud('HTTP 401', refuse(401, 'authentication_error', 'invalid x-api-key')),
  'error-404': loud('HTTP 404 unknown model', refuse(404, 'not_found_error', 'model: no-such-model')),
  'error-429': loud(
    'HTTP 429 with retry-after',
    refuse(429, 'rate_limit_error', 'This request would exceed the rate limit for your organization.', {
      'retry-after': '5',
    }),
  ),
  'usage-limit': loud(
    'HTTP 429 with the headers of a usage limit',
    refuse(
      429,
      'rate_limit_error',
      "This request would exceed your account's rate limit. Please try again later.",
      {
        'retry-after': String(limitResetsInS),
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-reset': String(Math.floor(Date.now() / 1000) + limitResetsInS),
        'anthropic-ratelimit-unified-representative-claim': 'five_hour',
      },
    ),
  ),
  'error-400-pairing': loud(
    'HTTP 400: a tool call without its result',
    refuse(
      400,
      'invalid_request_error',
      'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_drill. ' +
        'Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
    ),
  ),
  'error-400-too-long': loud(
    'HTTP 400: prompt too long',
    refuse(400, 'invalid_request_error', 'prompt is too long: 214315 tokens > 200000 maximum'),
  ),
  'sse-error-first': loud('error event as the first event', [
    { do: 'headers' },
    { do: 'error', type: 'overloaded_error', message: 'Overloaded' },
  ]),
  'sse-error-mid-text': loud('error event in mid-text', [
    start,
    text,
    { do: 'error', type: 'api_error', message: 'Internal server error' },
  ]),
  'empty-200': loud('HTTP 200 with an empty body', [
    { do: 'body', status: 200, type: 'application/json', body: '' },
  ]),
  'html-200': loud('HTTP 200 with a web page (captive portal)', [
    { do: 'body', status: 200, type: 'text/html', body: '<!doctype html><title>Sign in</title><p>Welcome.' },
  ]),
  refused: { kind: 'listener', what: 'connection refused', scenario: [] },
  offline: { kind: 'listener', what: 'connection attempts get no answer', scenario: [] },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;

export const faultNames = Object.keys(faults) as readonly FaultName[];

/** A healthy tool call that keeps the agent busy, and the wire silent, for `seconds`. */
export const longTool = (seconds: number): Scenario =>
  // The newest agents refuse a bare `sleep 20`.
  call('Bash', { command: `for i in $(seq ${seconds}); do sleep 1; done; echo done`, description: 'Wait' });
