/** What the simulated API records about each request, and how it distinguishes an agent's requests. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Played } from './play.ts';

export interface Block {
  readonly type: string;
  readonly [field: string]: unknown;
}
export interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
}
/** The part of a Messages request that is used here; `null` if the body was not a JSON object. */
export interface Body {
  readonly model?: string;
  readonly stream?: boolean;
  readonly max_tokens?: number;
  readonly tools?: readonly Block[];
  readonly messages?: readonly Message[];
  readonly [field: string]: unknown;
}

/**
 * `main`: a turn of the conversation (also compaction and subagents, which look the same). `title`: a side request to a
 * small model. `count`: count_tokens. `hello`: HEAD /. `other`: anything else.
 */
export type RequestKind = 'main' | 'title' | 'count' | 'hello' | 'other';

export interface ApiRequest {
  readonly number: number;
  /** Number of the TCP connection on which the request arrived, counted from 1. */
  readonly connection: number;
  /** Unix milliseconds of arrival. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body | null;
  readonly kind: RequestKind;
  /** Unix milliseconds at which the answer went bad; null: it has not (yet). */
  faultAt: number | null;
  /** How the answer ended; null while it goes on. */
  ended: Played | null;
  /** When it ended, in Unix milliseconds; null while it goes on. */
  endedAt: number | null;
}

/**
 * Distinguishes a turn of the conversation from the agent's side requests (titles, topics). Those have no tools, and a
 * small model or few tokens.
 */
export function kindOf(method: string, path: string, body: Body | null): RequestKind {
  if (method === 'HEAD') return 'hello';
  const route = path.split('?')[0];
  if (route === '/v1/messages/count_tokens') return 'count';
  if (route !== '/v1/messages' || method !== 'POST') return 'other';
  const small = body?.model?.includes('haiku') || (body?.max_tokens ?? Number.POSITIVE_INFINITY) <= 512;
  return small && !body?.tools?.length ? 'title' : 'main';
}

/** The text of a request's last user message, without tool results. */
export function lastPrompt(request: ApiRequest): string {
  const last = request.body?.messages?.filter((message) => message.role === 'user').at(-1);
  if (!last) return '';
  if (typeof last.content === 'string') return last.content;
  return last.content
    .filter((block) => block.type === 'text')
    .map((block) => String(block.text))
    .join('\n');
}
