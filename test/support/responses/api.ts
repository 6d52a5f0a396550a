/**
 * A simulated Responses API on loopback, as far as Codex uses it: a turn gets the next scenario of the queue, a request
 * for a title a quiet answer, everything else a 404. The scenarios are those of the simulated Messages API
 * (`../api/scenario.ts`).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { startListener } from '../../../src/drill/api/listener.ts';
import type { Played } from '../../../src/drill/api/play.ts';
import { type Scenario, say } from '../../../src/drill/api/scenario.ts';
import { reset } from '../../../src/tunnel/sockets.ts';
import { playResponse } from './play.ts';

export interface ResponsesRequest {
  readonly path: string;
  /** The body as text; empty without one. */
  readonly body: string;
  /** A turn of the conversation. */
  readonly isTurn: boolean;
  /** Unix milliseconds at which the answer went bad; null: it has not (yet). */
  faultAt: number | null;
  /** How the answer ended; null while it goes on. */
  ended: Played | null;
}

export interface ResponsesApi {
  /** The value for `base_url`. */
  readonly url: string;
  readonly requests: readonly ResponsesRequest[];
  turns(): readonly ResponsesRequest[];
  /** Scenarios for the next turns, one each. */
  enqueue(...scenarios: readonly Scenario[]): void;
  /** What a turn gets if the queue is empty; the default is a short healthy answer. */
  respond(answer: () => Scenario): void;
  stop(): Promise<void>;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

/** The text of the last user message in the request's conversation. */
export function lastInput(request: ResponsesRequest): string {
  const body: unknown = request.body === '' ? null : JSON.parse(request.body);
  const input = typeof body === 'object' && body !== null && 'input' in body ? body.input : null;
  const items: readonly { role?: string; content?: readonly { text?: string }[] }[] = Array.isArray(input)
    ? input
    : [];
  const last = items.findLast((item) => item.role === 'user');
  return (last?.content ?? []).map(({ text = '' }) => text).join('\n');
}

/** Starts it on a free port of 127.0.0.1. */
export async function startResponsesApi(): Promise<ResponsesApi> {
  const requests: ResponsesRequest[] = [];
  const queue: Scenario[] = [];
  let answer = (): Scenario => say('Done.');

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    const path = (incoming.url ?? '/').replace(/^https?:\/\/[^/]+/, ''); // absolute through an HTTP proxy
    const isAsked = incoming.method === 'POST' && /\/responses$/.test(path);
    // The side request for a title names no tools.
    const isTurn = isAsked && !/"tools":\[\]/.test(body);
    const request: ResponsesRequest = { path, body, isTurn, faultAt: null, ended: null };
    requests.push(request);
    if (!isAsked) {
      response
        .writeHead(404, { 'content-type': 'application/json' })
        .end('{"error":{"message":"not found"}}');
      return;
    }
    const scenario = isTurn ? (queue.shift() ?? answer()) : say('{"title":"Drill"}', 0);
    request.ended = await playResponse(scenario, {
      response,
      id: `resp_drill_${requests.length}`,
      reset: () => reset(incoming.socket),
      close: () => incoming.socket.end(),
      onFault: () => {
        request.faultAt ??= Date.now();
      },
    });
  }

  const server = createServer((incoming, response) => {
    // An agent may go away while its request is still being read; that is no error of ours.
    handle(incoming, response).catch(() => response.destroy());
  });
  const listener = await startListener((socket) => server.emit('connection', socket));
  return {
    url: `http://127.0.0.1:${listener.port}/v1`,
    requests,
    turns: () => requests.filter((request) => request.isTurn),
    enqueue: (...scenarios) => void queue.push(...scenarios),
    respond: (next) => {
      answer = next;
    },
    stop: listener.close,
  };
}
