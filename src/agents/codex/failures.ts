/** Sorts errors that ended a turn by what helps against them. */
import type { FailureKind } from '../../events.ts';
import { isRecord } from '../common/json.ts';

/** `codex_error_info` of a rollout. Seen on 0.169.0, except where noted. */
const codes: Readonly<Record<string, FailureKind>> = {
  context_window_exceeded: 'too-long',
  usage_limit_exceeded: 'rate-limit',
  server_overloaded: 'overloaded',
  // Not seen in any run.
  unauthorized: 'person',
  cyber_policy: 'person',
  internal_server_error: 'overloaded',
  http_connection_failed: 'connection',
  response_stream_connection_failed: 'connection',
  response_stream_disconnected: 'connection',
};

/**
 * Wording of the screen and of `error.message`, for the failures provoked on 0.169.0. The first matching row counts.
 */
const words: readonly (readonly [FailureKind, RegExp])[] = [
  ['history', /No tool (output|call) found/i],
  ['too-long', /ran out of room in the model's context window/i],
  ['person', /\b40[13]\b|unauthorized|not supported when using|log ?in again|billing|quota exceeded/i],
  ['rate-limit', /usage limit|\b429\b|rate limit/i],
  ['overloaded', /at capacity|high demand|\b5\d\d\b|overloaded/i],
  ['connection', /stream disconnected|error sending request|connection|timed? ?out|dns error/i],
];

/** Sorts the text of an error that the agent wrote. */
export function failureOfText(text: string): FailureKind {
  return words.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}

/** Sorts the `error` of a `task_complete`: a code, or an object whose only field is the code. */
export function failureOfError(error: Readonly<Record<string, unknown>>): FailureKind {
  const info = error.codex_error_info;
  const code = isRecord(info) ? (Object.keys(info)[0] ?? '') : String(info);
  return codes[code] ?? failureOfText(String(error.message ?? ''));
}
