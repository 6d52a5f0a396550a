/**
 * How an error that ended a turn is sorted: by what helps against it. One table of the agent's own words, used for
 * hooks, transcript and screen alike. The first row that fits counts; wording of versions 1.0.56 to 2.1.329.
 */
import type { FailureKind } from '../../events.ts';

/** The API wants thinking back as it was given, and with a signature that fits. */
const thinkingRefused = /thinking`? blocks? .*cannot be modified|invalid.*signature`? in `?thinking/i;

const words: readonly (readonly [FailureKind, RegExp])[] = [
  // Only a person can act.
  [
    'person',
    /Not logged in|Please run \/login|Login expired|OAuth token|Invalid API key|\b401\b|authentication_error|Credit balance|spend limit|Usage credits required|SSL certificate|organization has been disabled|Usage Policy|safeguards flagged|issue with the selected model|Extra inputs are not permitted|Unable to connect to Anthropic services/i,
  ],
  ['history', /tool use concurrency issues|without `?tool_result`? blocks|unexpected `?tool_use_id`?/i],
  ['history', thinkingRefused],
  [
    'too-long',
    /Prompt is too long|Context limit reached|Conversation too long|could not be reduced below the context limit|Request too large|Autocompact is thrashing/i,
  ],
  // The vendor's wording distinguishes the plan's limit from the server's.
  ['overloaded', /not your usage limit/i],
  ['rate-limit', /\b429\b|rate limit|usage limit|hit your .*limit|limit reached/i],
  ['overloaded', /\b5\d\d\b|Overloaded|Internal server error|Server error mid-response/i],
  [
    'connection',
    /Connection (lost|closed|dropped|error|refused)|response (stopped arriving|stalled)|stalled mid-stream|Stream idle timeout|went to sleep|No response from (the )?API|Request timed out|fetch failed|terminated|socket (connection )?(is |was )?closed|Unable to connect to API|Can't reach the API|No internet route|through your proxy|empty or malformed response|ECONN|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|UND_ERR/i,
  ],
];

/** `error` of a StopFailure hook (the agent's documentation, "hooks"), where its text tells no more. */
const codes: ReadonlyMap<string, FailureKind> = new Map<string, FailureKind>(
  Object.entries({
    authentication_failed: 'person',
    oauth_org_not_allowed: 'person',
    billing_error: 'person',
    model_not_found: 'person',
    rate_limit: 'rate-limit',
    overloaded: 'overloaded',
    server_error: 'overloaded',
  }),
);

/** Sorts the text of an error that the agent itself wrote. */
export function failureOfText(text: string): FailureKind {
  return words.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}

/** Whether the conversation was refused for the thinking in it. */
export const refusesThinking = (text: string): boolean => thinkingRefused.test(text);

/** Sorts a StopFailure hook: its text first, because `server_error` stands for a lost connection too. */
export function failureOfCode(code: string, text: string): FailureKind {
  const byText = failureOfText(text);
  return byText === 'other' ? (codes.get(code) ?? 'other') : byText;
}
