/** One request to the Messages API and how it ended. request.ts decides what to do about that. */
import { openRequest } from './connection.ts';

export interface StreamEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

export type Outcome =
  | { readonly end: 'complete' }
  | {
      readonly end: 'http';
      readonly status: number;
      readonly headers: NodeJS.Dict<string | string[]>;
      readonly body: string;
    }
  /** Status 200, but the body is not a message. */
  | { readonly end: 'malformed' }
  | { readonly end: 'error-event'; readonly message: string }
  /** No answer, or the stream ended before message_stop. */
  | { readonly end: 'lost'; readonly code: string }
  | { readonly end: 'silent' }
  | { readonly end: 'aborted' };

export interface Exchange {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  readonly streaming: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Max silence before the headers, and between two pieces of a stream. */
  readonly patienceMs: number;
  /** Called for every event. An answer without streaming is turned into the events of a streamed one. */
  readonly onEvent: (event: StreamEvent) => void;
  /** Called for any bytes. */
  readonly onBytes: () => void;
}

interface WholeMessage {
  readonly content: readonly { readonly type: string; readonly input?: unknown }[];
  readonly stop_reason: string;
}

function replay(message: WholeMessage, onEvent: (event: StreamEvent) => void): void {
  onEvent({ type: 'message_start', message });
  message.content.forEach((block, index) => {
    onEvent({ type: 'content_block_start', index, content_block: block });
    onEvent({ type: 'content_block_stop', index });
  });
  onEvent({ type: 'message_delta', delta: { stop_reason: message.stop_reason } });
  onEvent({ type: 'message_stop' });
}

/** Never rejects. */
export async function exchange(options: Exchange): Promise<Outcome> {
  const silence = new AbortController();
  const signal = AbortSignal.any([options.signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), options.patienceMs);
  let complete = false;
  let failure: string | null = null;
  try {
    const request = await openRequest(options.url, options.headers, options.env, signal);
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
      request.end(JSON.stringify({ ...options.body, ...(options.streaming ? { stream: true } : {}) }));
    });
    let text = '';
    response.setEncoding('utf8');
    const streams = response.headers['content-type']?.startsWith('text/event-stream') ?? false;
    for await (const piece of response) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), options.patienceMs);
      options.onBytes();
      text += piece;
      if (!streams) continue;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const raw of events) {
        const data = /^data: (.*)$/m.exec(raw)?.[1];
        if (!data) continue;
        const event = JSON.parse(data) as StreamEvent;
        if (event.type === 'error')
          failure = (event.error as { message?: string } | undefined)?.message ?? 'error';
        else options.onEvent(event);
        complete ||= event.type === 'message_stop';
      }
    }
    if (failure !== null) return { end: 'error-event', message: failure };
    const status = response.statusCode ?? 0;
    if (status !== 200) return { end: 'http', status, headers: response.headers, body: text };
    if (streams) return complete ? { end: 'complete' } : { end: 'lost', code: 'closed' };
    const message = JSON.parse(text) as WholeMessage;
    if (!Array.isArray(message.content)) return { end: 'malformed' };
    replay(message, options.onEvent);
    return { end: 'complete' };
  } catch (error) {
    if (options.signal.aborted) return { end: 'aborted' };
    if (silence.signal.aborted) return { end: 'silent' };
    if (complete) return { end: 'complete' };
    if (error instanceof SyntaxError) return { end: 'malformed' };
    const { code, message } = error as NodeJS.ErrnoException;
    return { end: 'lost', code: message === 'aborted' ? 'closed' : (code ?? 'closed') };
  } finally {
    clearTimeout(timer);
  }
}
