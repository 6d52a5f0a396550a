/**
 * A message for the queue of the running turn. Some agents report it as they report a prompt, as soon as it is sent, but
 * it is no step of theirs: nothing ends, and nothing begins.
 */
import type { Event, Millis } from '../../events.ts';
import { conversationBytes } from '../limits.ts';
import { type Connection, isUnanswered } from './connection.ts';
import type { Evidence } from './facts.ts';
import { ofMainTurn } from './tools.ts';
import type { Wire } from './wire.ts';

/** An open call, or a request without an answer, stands for the turn: neither outlasts its end or an interrupt. */
export function isForQueue({ turn, tools, wire, person }: Evidence, event: Event): boolean {
  if (event.type !== 'turn.started' || !turn.told?.working) return false;
  const since = Math.max(turn.workingSince ?? Number.POSITIVE_INFINITY, person.lastInterruptAt ?? 0);
  return (
    ofMainTurn(tools).some(({ startedAt }) => startedAt >= since) ||
    wire.connections.some((each) => isUnanswered(each) && isOfTurn(each, since, wire))
  );
}

const isOfTurn = (
  { requestAt, requestSize }: Connection,
  since: Millis,
  { conversationSize }: Wire,
): boolean => (requestAt ?? 0) >= since && requestSize >= Math.max(conversationBytes, conversationSize);
