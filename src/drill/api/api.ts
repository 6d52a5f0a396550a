/**
 * A simulated Messages API on loopback, for drills and tests.
 *
 * Every request is recorded. A turn of the conversation gets the next scenario of the queue or, if the queue is empty,
 * what `respond` returns. Side requests (titles, token counts) are answered quietly and never take a scenario. A
 * scenario is a list of steps (scenario.ts); `faults.ts` names the bad ones; play.ts plays them.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { reset } from '../../tunnel/sockets.ts';
import { blockError } from './blocks.ts';
import { startListener } from './listener.ts';
import { pairingError } from './pairing.ts';
import { play } from './play.ts';
import { rawBodyError } from './raw-body.ts';
import { type ApiRequest, type Body, kindOf } from './request.ts';
import { refuse, type Scenario, say } from './scenario.ts';

export type { ApiRequest, Body, RequestKind } from './request.ts';
export { lastPrompt } from './request.ts';

export interface ApiOptions {
  /** Refuse malformed conversations as the real API does (raw-body.ts, blocks.ts, pairing.ts). */
  readonly enforceRules?: boolean;
  /** Requests other than messages (telemetry, settings, policies) are never answered. */
  readonly helpersHang?: boolean;
  /** Wraps each TCP connection, for TLS. */
  readonly wrap?: (socket: Socket) => Socket;
}

export interface Api {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly ApiRequest[];
  /** Requests of the conversation itself, in order of arrival. */
  turns(): readonly ApiRequest[];
  /** Scenarios for the next requests of the conversation, one each. */
  enqueue(...scenarios: readonly Scenario[]): void;
  /** What a request gets if the queue is empty; the default is a short healthy answer. */
  respond(answer: (request: ApiRequest) => Scenario): void;
  /**
   * Calls the listener for each request on arrival, when its answer goes bad, and when it has ended.
   * @returns a function that removes the listener
   */
  onRequest(listener: (request: ApiRequest) => void): () => void;
  /** The first request, past or future, for which `matches` holds. Also checked when a request ends. */
  waitForRequest(matches: (request: ApiRequest) => boolean, timeoutMs?: number): Promise<ApiRequest>;
  refuse(): Promise<void>;
  silence(): Promise<void>;
  reopen(): Promise<void>;
  dropConnections(): void;
  stop(): Promise<void>;
}

async function readRaw(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function parseBody(raw: Buffer): Body | null {
  try {
    const parsed: unknown = JSON.parse(raw.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Body) : null;
  } catch {
    return null; // no body, or not that of a conversation
  }
}

/** @returns the message of the 400 that the API would answer; null: the request is fine */
const refusalOf = (raw: Buffer, body: Body | null): string | null =>
  rawBodyError(raw) ?? blockError(body) ?? pairingError(body?.messages);

/** Telemetry is accepted; settings, policies and the like do not exist for this account. */
function helperAnswer(path: string, hangs: boolean): Scenario {
  if (hangs) return [{ do: 'hang' }];
  if (path.startsWith('/api/event_logging/'))
    return [{ do: 'body', status: 200, type: 'application/json', body: '{}' }];
  return refuse(404, 'not_found_error', 'Not found');
}

/** Starts the API on a free port of 127.0.0.1. */
export async function startApi(options: ApiOptions = {}): Promise<Api> {
  const requests: ApiRequest[] = [];
  const queue: Scenario[] = [];
  const listeners = new Set<(request: ApiRequest) => void>();
  /** The TCP socket below each socket that the HTTP server sees (the same one without TLS), and its number. */
  const connections = new WeakMap<Socket, { readonly raw: Socket; readonly number: number }>();
  let connectionCount = 0;
  let toolCount = 0;
  let answer: (request: ApiRequest) => Scenario = () => say('Done.');

  const scenarioFor = (request: ApiRequest, raw: Buffer): Scenario => {
    switch (request.kind) {
      case 'main': {
        const wrong = options.enforceRules ? refusalOf(raw, request.body) : null;
        return wrong ? refuse(400, 'invalid_request_error', wrong) : (queue.shift() ?? answer(request));
      }
      case 'title':
        return say('{"isNewTopic": false, "title": "Drill"}', 0);
      case 'count':
        return [{ do: 'body', status: 200, type: 'application/json', body: '{"input_tokens":100}' }];
      case 'hello':
        return [{ do: 'body', status: 200, type: 'text/plain', body: '' }];
      case 'other':
        return helperAnswer(request.path, options.helpersHang ?? false);
    }
  };
  const notify = (request: ApiRequest) => {
    for (const listener of [...listeners]) listener(request);
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const socket = incoming.socket;
    const connection = connections.get(socket);
    const raw = await readRaw(incoming);
    const body = parseBody(raw);
    const method = incoming.method ?? 'GET';
    // A request through an HTTP proxy comes in absolute form.
    const path = (incoming.url ?? '/').replace(/^https?:\/\/[^/]+/, '');
    const request: ApiRequest = {
      number: requests.length + 1,
      connection: connection?.number ?? 0,
      at: Date.now(),
      method,
      path,
      headers: incoming.headers,
      body,
      kind: kindOf(method, path, body),
      faultAt: null,
      ended: null,
      endedAt: null,
    };
    requests.push(request);
    notify(request);
    const played = await play(scenarioFor(request, raw), {
      response,
      model: body?.model ?? 'claude-drill',
      messageId: `msg_drill_${String(request.number).padStart(4, '0')}`,
      streaming: body?.stream === true,
      newToolId: () => `toolu_drill${String(++toolCount).padStart(8, '0')}`,
      reset: () => connection && reset(connection.raw),
      close: () => socket.end(),
      onFault: () => {
        if (request.kind !== 'main') return; // a side request of the agent has no scenario
        request.faultAt ??= Date.now();
        notify(request);
      },
    });
    request.ended = played;
    request.endedAt = Date.now();
    notify(request);
  };

  const server = createServer((incoming, response) => {
    // An agent may go away while its request is still being read. That is not our error.
    handle(incoming, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  const listener = await startListener((raw) => {
    const socket = options.wrap?.(raw) ?? raw;
    connections.set(socket, { raw, number: ++connectionCount });
    server.emit('connection', socket);
  });

  const waitForRequest: Api['waitForRequest'] = (matches, timeoutMs = 30_000) => {
    const past = requests.find(matches);
    if (past) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        listeners.delete(check);
        settle();
      };
      const check = (request: ApiRequest) => {
        if (matches(request)) finish(() => resolve(request));
      };
      const timer = setTimeout(
        () =>
          finish(() =>
            reject(new Error(`no such request in ${timeoutMs} ms (${requests.length} others came)`)),
          ),
        timeoutMs,
      );
      listeners.add(check);
    });
  };

  return {
    url: `http://127.0.0.1:${listener.port}`,
    port: listener.port,
    requests,
    turns: () => requests.filter((request) => request.kind === 'main'),
    enqueue: (...scenarios) => void queue.push(...scenarios),
    respond: (next) => {
      answer = next;
    },
    onRequest: (on) => {
      listeners.add(on);
      return () => listeners.delete(on);
    },
    waitForRequest,
    refuse: listener.refuse,
    silence: listener.silence,
    reopen: listener.reopen,
    dropConnections: listener.dropConnections,
    stop: listener.close,
  };
}
