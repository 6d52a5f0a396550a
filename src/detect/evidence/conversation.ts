/** The conversation, which continues from one agent to the next. */
import type { Event } from '../../events.ts';

export interface Conversation {
  readonly sessionId: string | null;
  /** Why the session ended, as the agent said. */
  readonly ended: string | null;
  /** Compactions that the guard had to end. */
  readonly compactionsCured: number;
  /** Relaunches with a repair, after the API refused the conversation or the agent could not show it. */
  readonly historiesRepaired: number;
}

export const noConversation: Conversation = {
  sessionId: null,
  ended: null,
  compactionsCured: 0,
  historiesRepaired: 0,
};

export function foldConversation(conversation: Conversation, event: Event): Conversation {
  switch (event.type) {
    case 'agent.started':
    case 'turn.started':
      return conversation.ended === null ? conversation : { ...conversation, ended: null };
    case 'session':
      return event.sessionId === conversation.sessionId
        ? conversation
        : { ...conversation, sessionId: event.sessionId };
    case 'turn.ended':
      return event.failure ? conversation : accepted(conversation);
    case 'answer.recorded':
      return accepted(conversation);
    case 'session.ended':
      return { ...conversation, ended: event.reason };
    default:
      return conversation;
  }
}

/** The API has accepted the conversation, so a later refusal is new damage. */
const accepted = (conversation: Conversation): Conversation =>
  conversation.historiesRepaired === 0 ? conversation : { ...conversation, historiesRepaired: 0 };
