/**
 * The language in which an answer of the simulated API is written: a list of steps, played in order.
 *
 * Steps describe content, not bytes, so one scenario serves both a streaming request (server-sent events) and the
 * agent's non-streaming fallback (one JSON document). After the last step a well-formed answer has ended.
 */

export type Step =
  /** Response headers; without this step they come with the first content. */
  | { readonly do: 'headers'; readonly headers?: Readonly<Record<string, string>> }
  /** The `message_start` event. */
  | { readonly do: 'start' }
  /** A text block in pieces. `open`: the block is left open. `until`: the text is repeated until this holds. */
  | {
      readonly do: 'text';
      readonly text: string;
      readonly everyMs?: number;
      readonly open?: boolean;
      readonly until?: () => boolean;
    }
  | { readonly do: 'thinking'; readonly text: string; readonly everyMs?: number; readonly open?: boolean }
  /** A tool call. `part` (0…1): only this share of its input is sent, and the block stays open. */
  | {
      readonly do: 'tool';
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
      readonly id?: string;
      readonly part?: number;
      readonly everyMs?: number;
    }
  /** Keep-alive traffic without content: `event: ping`, or a comment line. */
  | { readonly do: 'ping' | 'comment'; readonly everyMs: number; readonly times?: number }
  /** The `message_delta` event with the stop reason. */
  | { readonly do: 'delta'; readonly reason?: string }
  /** The `message_stop` event. */
  | { readonly do: 'stop' }
  /** An error in the middle of the stream: `event: error`. */
  | { readonly do: 'error'; readonly type: string; readonly message: string }
  /** A whole answer that is not a stream. */
  | {
      readonly do: 'body';
      readonly status: number;
      readonly type: string;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly do: 'wait'; readonly ms: number }
  /** Nothing more is sent, and the connection stays open until the other side ends it. */
  | { readonly do: 'hang' }
  /** TCP reset. */
  | { readonly do: 'reset' }
  /** The connection is closed (FIN) in the middle of the body. */
  | { readonly do: 'close' };

export type Scenario = readonly Step[];

const start: Step = { do: 'start' };

/** A healthy answer that ends the turn. */
export const say = (text: string, everyMs = 10): Scenario => [
  start,
  { do: 'text', text, everyMs },
  { do: 'delta', reason: 'end_turn' },
  { do: 'stop' },
];

/** A healthy answer that calls one tool. */
export const call = (
  name: string,
  input: Readonly<Record<string, unknown>>,
  text = 'I will use a tool.',
): Scenario => [
  start,
  { do: 'text', text },
  { do: 'tool', name, input },
  { do: 'delta', reason: 'tool_use' },
  { do: 'stop' },
];

/** An answer that is an HTTP error in the API's own form. */
export const refuse = (
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Scenario => [
  {
    do: 'body',
    status,
    type: 'application/json',
    body: JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_drill' }),
    headers,
  },
];
