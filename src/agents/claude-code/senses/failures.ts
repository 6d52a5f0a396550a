/**
 * Sorts errors that ended a turn by what helps against them. The status that the agent prints after `API Error` decides
 * which rows of the table apply, because the text of a refusal quotes the request: `messages.529.content` is a path,
 * not a status. Used for hooks, transcript, screen and print mode.
 */
import type { FailureKind } from '../../../events.ts';
import { refusesHistory, refusesThinking } from './refusals.ts';

export { refusesThinking };

type Row = readonly [FailureKind, { test(text: string): boolean }];

/** Refusals of the request itself. */
const refusals: readonly Row[] = [
  ['history', { test: refusesHistory }],
  [
    'too-long',
    /Prompt is too long|Context limit reached|Conversation too long|could not be reduced below the context limit|Request too large|Autocompact is thrashing/i,
  ],
  [
    'person',
    /Credit balance|spend limit|Usage credits required|organization has been disabled|Usage Policy|safeguards flagged|Extra inputs are not permitted/i,
  ],
];

/** All other errors of the agent, from 1.0.56 to 2.1.329. The first matching row counts. */
const others: readonly Row[] = [
  [
    'person',
    /Not logged in|Please run \/login|Login expired|OAuth token|Invalid API key|authentication_error|SSL certificate|issue with the selected model|Unable to connect to Anthropic services/i,
  ],
  // The vendor's wording distinguishes the plan's limit from the server's.
  ['overloaded', /not your usage limit/i],
  ['rate-limit', /rate limit|usage limit|hit your .*limit|limit reached/i],
  ['overloaded', /Overloaded|Internal server error|Server error mid-response/i],
  [
    'connection',
    /Connection (lost|closed|dropped|error|refused)|response (stopped arriving|stalled)|stalled mid-stream|Stream idle timeout|went to sleep|No response from (the )?API|Request timed out|fetch failed|terminated|socket (connection )?(is |was )?closed|Unable to connect to API|Can't reach the API|No internet route|through your proxy|empty or malformed response|ECONN|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|UND_ERR/i,
  ],
];

/** Used if the words say no more. */
const statuses: ReadonlyMap<number, FailureKind> = new Map<number, FailureKind>([
  [401, 'person'],
  [403, 'person'],
  [404, 'person'],
  [408, 'connection'],
  [429, 'rate-limit'],
]);

/** `error` of a StopFailure hook (the agent's documentation, "hooks"), used if its text says no more. */
const codes: ReadonlyMap<string, FailureKind> = new Map<string, FailureKind>([
  ['authentication_failed', 'person'],
  ['oauth_org_not_allowed', 'person'],
  ['billing_error', 'person'],
  ['model_not_found', 'person'],
  ['rate_limit', 'rate-limit'],
  ['overloaded', 'overloaded'],
  ['server_error', 'overloaded'],
  ['invalid_request', 'refused'],
]);

/** `API Error: 400 …`, `API Error (500 …)`, `API Error: Request rejected (429)`, `API Error: Repeated 529 …`. */
const statusWords = /API Error(?::| \()\s*(?:Request rejected \(|Repeated )?(\d{3})\b/;

/** The HTTP status that the agent names; null: it names none. */
export function statusOfText(text: string): number | null {
  const digits = statusWords.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Sorts the text of an error that the agent itself wrote. */
export function failureOfText(text: string): FailureKind {
  const status = statusOfText(text);
  const isRefusal = status !== null && status >= 400 && status < 500 && !statuses.has(status);
  const rows = isRefusal ? refusals : [...refusals, ...others];
  const byWords = rows.find(([, pattern]) => pattern.test(text))?.[0];
  if (byWords !== undefined) return byWords;
  if (status === null) return 'other';
  return statuses.get(status) ?? (status >= 500 ? 'overloaded' : isRefusal ? 'refused' : 'other');
}

/** Sorts a StopFailure hook, its text first, because `server_error` also stands for a lost connection. */
export function failureOfCode(code: string, text: string): FailureKind {
  const byText = failureOfText(text);
  return byText === 'other' ? (codes.get(code) ?? 'other') : byText;
}
