/**
 * Asks the API until there is an answer, with the retries of 2.1.329, as measured: which outcomes are retried, how
 * often, with which delays, with or without streaming, and what the screen says in the meantime.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, newAnswer } from './answer.ts';
import { exchange, type Outcome, type StreamEvent } from './client.ts';
import { patienceOf } from './patience.ts';

/** Failure kinds as the StopFailure hook names them. */
export type FailureName =
  | 'server_error'
  | 'overloaded'
  | 'rate_limit'
  | 'authentication_failed'
  | 'invalid_request'
  | 'model_not_found'
  | 'unknown';

export type Reply =
  | { readonly end: 'answered'; readonly answer: Answer }
  /** `answer` holds what had arrived, if the real agent keeps it. */
  | {
      readonly end: 'failed';
      readonly name: FailureName;
      readonly text: string;
      readonly answer: Answer | null;
    }
  | { readonly end: 'aborted'; readonly answer: Answer };

export interface RetryNotice {
  readonly label: string;
  /** Unix milliseconds. */
  readonly until: number;
  readonly attempt: number;
  readonly of: number;
}

export interface Asking {
  readonly body: object;
  readonly env: NodeJS.ProcessEnv;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  onAttempt(answer: Answer): void;
  onEvent(event: StreamEvent, answer: Answer): void;
  onRetry(notice: RetryNotice | null): void;
}

const wording: Readonly<Record<string, string>> = {
  ECONNRESET: 'Connection dropped (ECONNRESET)',
  ECONNREFUSED: 'Connection refused — a firewall or proxy may be blocking it (ECONNREFUSED)',
  ENOTFOUND: "Can't reach the API server — check your internet or DNS (ENOTFOUND)",
  ERR_PROXY_TUNNEL: "Couldn't connect through your proxy (ERR_PROXY_TUNNEL)",
};

function errorMessage(body: string): string {
  try {
    return (JSON.parse(body) as { error?: { message?: string } }).error?.message ?? body;
  } catch {
    return body.slice(0, 80);
  }
}

type Verdict =
  | {
      readonly again: true;
      readonly streaming: boolean;
      readonly label: string;
      readonly afterMs?: number;
      readonly limit?: number;
    }
  | { readonly again: false; readonly name: FailureName; readonly text: string };

function judge(outcome: Outcome, answer: Answer, streaming: boolean, attempt: number): Verdict {
  const again = (label: string, next = true, limit?: number): Verdict => ({
    again: true,
    streaming: next,
    label,
    ...(limit === undefined ? {} : { limit }),
  });
  const end = (name: FailureName, text: string): Verdict => ({ again: false, name, text });
  switch (outcome.end) {
    case 'silent':
      return answer.insideTool()
        ? end('server_error', 'The response stopped arriving. The response above may be incomplete.')
        : again('API error', false);
    case 'lost':
      if (answer.insideTool())
        return end('server_error', 'Connection lost mid-response. The response above may be incomplete.');
      if (outcome.code === 'closed')
        return again('API error', streaming && attempt === 0 && answer.tokens > 0);
      return again(wording[outcome.code] ?? `API error (${outcome.code})`);
    case 'error-event':
      return again('API error', answer.tokens === 0 && attempt < 2);
    case 'malformed':
      return streaming
        ? again('API error', false)
        : end(
            'unknown',
            'API returned an empty or malformed response (HTTP 200) — check for a proxy or gateway intercepting the request',
          );
    case 'http': {
      const said = errorMessage(outcome.body);
      if (outcome.status === 400)
        return /tool_use|tool_result/.test(said)
          ? end(
              'invalid_request',
              '400 due to tool use concurrency issues. Run /rewind to recover the conversation.',
            )
          : end('invalid_request', /too long/.test(said) ? 'Prompt is too long' : `400 ${said}`);
      if (outcome.status === 404)
        return end(
          'model_not_found',
          "There's an issue with the selected model. Run /model to pick another one.",
        );
      if (outcome.headers['anthropic-ratelimit-unified-status'] === 'rejected')
        return end('rate_limit', `Request rejected (429) · ${said}`);
      if (outcome.status === 529) {
        if (attempt < 2) return again('529 Overloaded', true);
        return end(
          'server_error',
          'Repeated 529 Overloaded errors. The API is at capacity — this is usually temporary.',
        );
      }
      const asked = Number(outcome.headers['retry-after']);
      const verdict = again(`${outcome.status} ${said}`);
      return asked > 0 ? { ...verdict, ...{ afterMs: asked * 1000 } } : verdict;
    }
    case 'complete':
    case 'aborted':
      return end('unknown', 'no failure');
  }
}

const failureName = (outcome: Outcome): FailureName =>
  outcome.end !== 'http'
    ? 'server_error'
    : outcome.status === 401
      ? 'authentication_failed'
      : outcome.status === 429
        ? 'rate_limit'
        : 'server_error';

export async function ask(asking: Asking): Promise<Reply> {
  const { env, signal } = asking;
  const base = env.ANTHROPIC_BASE_URL ?? 'https://api.anthropic.com';
  const url = new URL(`${base.replace(/\/$/, '')}/v1/messages?beta=true`);
  const of = Number(env.CLAUDE_CODE_MAX_RETRIES ?? 10);
  const patience = patienceOf(env);
  const idleMs = Number(env.CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS ?? patience.streamMs);
  let streaming = true;
  for (let attempt = 0; ; attempt += 1) {
    const answer = newAnswer();
    asking.onAttempt(answer);
    const outcome = await exchange({
      url,
      headers: asking.headers,
      body: asking.body,
      streaming,
      env,
      signal,
      patienceMs: streaming ? Math.min(patience.headersMs, idleMs) : patience.streamMs,
      onEvent: (event) => asking.onEvent(event, answer),
      onBytes() {},
    });
    if (outcome.end === 'aborted') return { end: 'aborted', answer };
    if (outcome.end === 'complete') return { end: 'answered', answer };
    // A message with a complete tool call counts even if its stream broke, because the tool has run.
    if (
      outcome.end === 'lost' &&
      !answer.insideTool() &&
      answer.blocks().some(({ type }) => type === 'tool_use')
    )
      return { end: 'answered', answer };

    const verdict = judge(outcome, answer, streaming, attempt);
    const text = verdict.again ? `API Error: ${verdict.label}` : verdict.text;
    if (!verdict.again || attempt >= of) {
      const plain = text.startsWith('Prompt is too long') || text.startsWith('API Error:');
      return {
        end: 'failed',
        name: verdict.again ? failureName(outcome) : verdict.name,
        text: plain ? text : `API Error: ${text}`,
        answer: answer.tokens > 0 ? answer : null,
      };
    }
    streaming = verdict.streaming;
    const immediately = !streaming && outcome.end !== 'silent';
    const waitMs = immediately
      ? 50
      : (verdict.afterMs ?? Math.min(500 * 2 ** attempt, 32_000) * (1 + Math.random() / 4));
    if (!immediately)
      asking.onRetry({
        // The first two attempts are shown without their cause.
        label: attempt < 2 && outcome.end === 'lost' ? 'API error' : verdict.label,
        until: Date.now() + waitMs,
        attempt: attempt + 1,
        of,
      });
    try {
      await sleep(waitMs, undefined, { signal });
    } catch {
      return { end: 'aborted', answer: newAnswer() };
    }
    asking.onRetry(null);
  }
}
