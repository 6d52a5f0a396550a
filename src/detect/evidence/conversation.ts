/** The conversation, which continues from one agent to the next. */
import type { Event } from '../../events.ts';
import type { Person } from './person.ts';

export interface Conversation {
  readonly sessionId: string | null;
  /** Why the session ended, as the agent said. */
  readonly ended: string | null;
  /** Compactions that the guard had to end since one came to its end. */
  readonly compactionsCured: number;
  /** Relaunches with a repair, after the API refused the conversation or the agent could not show it. */
  readonly historiesRepaired: number;
}

const untried = { compactionsCured: 0, historiesRepaired: 0 };

export const noConversation: Conversation = { sessionId: null, ended: null, ...untried };

/** @param person as they were before the event */
export function foldConversation(conversation: Conversation, event: Event, person: Person): Conversation {
  switch (event.type) {
    case 'agent.started':
    case 'turn.started':
      return conversation.ended === null ? conversation : { ...conversation, ended: null };
    case 'session':
      if (event.sessionId === conversation.sessionId) return conversation;
      return {
        ...conversation,
        ...(isAnother(conversation, person) && untried),
        sessionId: event.sessionId,
      };
    case 'compaction.finished':
      return { ...conversation, compactionsCured: 0 };
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

/**
 * A new id is another conversation's only if the person can have chosen that one since the agent's start: some versions
 * go on under a new id after a resume.
 */
const isAnother = ({ sessionId }: Conversation, { lastChoiceAt }: Person): boolean =>
  sessionId !== null && lastChoiceAt !== null;

/** The API has accepted the conversation, so a later refusal is new damage. */
const accepted = (conversation: Conversation): Conversation =>
  conversation.historiesRepaired === 0 ? conversation : { ...conversation, historiesRepaired: 0 };
