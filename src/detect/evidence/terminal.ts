/** The terminal between the agent and the person: what is drawn, what is typed, and whether either is stuck. */
import type { Event, Millis } from '../../events.ts';
import { type Clock, stampOf } from './clock.ts';

export interface Terminal {
  readonly lastOutputAt: Millis;
  /** First key of the person that no output has followed. */
  readonly unansweredKeyAt: Millis | null;
  readonly inputBlockedSince: Millis | null;
  /** When the last of the keys that had to wait was taken; null: none had to wait. */
  readonly inputReadAt: Millis | null;
  /** The person's terminal takes no output; monotonic. */
  readonly blockedSince: Millis | null;
  /** Ctrl+Z, or the terminal is lent: the agent can do nothing; monotonic. */
  readonly suspendedSince: Millis | null;
  /** Another process has it, such as the person's editor; monotonic. */
  readonly lentSince: Millis | null;
}

export const newTerminal = (now: Millis): Terminal => ({
  lastOutputAt: now,
  unansweredKeyAt: null,
  inputBlockedSince: null,
  inputReadAt: null,
  blockedSince: null,
  suspendedSince: null,
  lentSince: null,
});

/** @param clock as of this event */
export function foldTerminal(terminal: Terminal, event: Event, now: Millis, clock: Clock): Terminal {
  switch (event.type) {
    case 'agent.started':
      return { ...newTerminal(now), blockedSince: terminal.blockedSince };
    case 'output': {
      const lastAt = event.lastAt === undefined ? now : stampOf(clock, event.lastAt);
      const { unansweredKeyAt: keyAt } = terminal;
      const isAnswer = keyAt === null || lastAt >= keyAt; // what was drawn before the key may be reported after it
      const lastOutputAt = Math.max(terminal.lastOutputAt, lastAt);
      return { ...terminal, lastOutputAt, unansweredKeyAt: isAnswer ? null : keyAt };
    }
    case 'input':
      return event.kind === 'report' || event.kept
        ? terminal
        : { ...terminal, unansweredKeyAt: terminal.unansweredKeyAt ?? now };
    case 'input.blocked':
      return { ...terminal, inputBlockedSince: terminal.inputBlockedSince ?? now };
    case 'input.drained':
      return { ...terminal, inputBlockedSince: null, inputReadAt: now };
    case 'terminal.blocked':
      return { ...terminal, blockedSince: terminal.blockedSince ?? event.at };
    case 'terminal.drained':
      return { ...terminal, blockedSince: null };
    case 'terminal.suspended':
      return { ...terminal, suspendedSince: terminal.suspendedSince ?? event.at };
    case 'terminal.continued':
      return { ...terminal, suspendedSince: terminal.lentSince };
    case 'terminal.lent':
      return {
        ...terminal,
        suspendedSince: terminal.suspendedSince ?? event.at,
        lentSince: terminal.lentSince ?? event.at,
      };
    case 'terminal.returned': // keys that nobody has read meanwhile are the agent's now
    case 'agent.exited':
      return { ...terminal, suspendedSince: null, lentSince: null, unansweredKeyAt: null };
    default:
      return terminal;
  }
}
