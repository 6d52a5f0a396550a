/**
 * The person at the keyboard. That they have typed survives a relaunch; what they wanted of the agent before does not.
 */
import type { Event, Millis, ScreenFacts } from '../../events.ts';

export interface Person {
  readonly lastKeyAt: Millis | null;
  /** Enter or Esc: no other key chooses another conversation, or goes back in this one. */
  readonly lastChoiceAt: Millis | null;
  /** Ctrl+C or Esc. */
  readonly lastInterruptAt: Millis | null;
  /** Ctrl+C or Ctrl+D. */
  readonly lastExitKeyAt: Millis | null;
  /** The same, which no agent has got: the guard has kept it, or the agent has ended without an answer to it. */
  readonly lastLostExitKeyAt: Millis | null;
  /**
   * When the person pressed Enter on a command of the agent's own, such as `/exit`, or in what it asks outside a turn,
   * such as a list that a command has opened; as the screen showed it.
   */
  readonly lastCommandAt: Millis | null;
}

export const nobody: Person = {
  lastKeyAt: null,
  lastChoiceAt: null,
  lastInterruptAt: null,
  lastExitKeyAt: null,
  lastLostExitKeyAt: null,
  lastCommandAt: null,
};

interface Before {
  readonly screen: { readonly facts: ScreenFacts } | null;
  readonly terminal: { readonly unansweredKeyAt: Millis | null };
  /** Null in `workingSince`: no turn runs. */
  readonly turn: { readonly workingSince: Millis | null };
}

/** @param before as it was when the key was pressed */
export function foldPerson(person: Person, event: Event, before: Before, now: Millis): Person {
  if (event.type === 'agent.started') return { ...nobody, lastKeyAt: person.lastKeyAt };
  const { lastExitKeyAt } = person;
  if (event.type === 'agent.exited' && isUnanswered(lastExitKeyAt, before))
    return { ...person, lastLostExitKeyAt: lastExitKeyAt };
  if (event.type !== 'input' || event.kind === 'report') return person;
  const { kind, kept } = event;
  const isExitKey = kind === 'interrupt' || kind === 'exit';
  return {
    lastKeyAt: now,
    lastChoiceAt: kind === 'enter' || kind === 'escape' ? now : person.lastChoiceAt,
    lastInterruptAt: kind === 'interrupt' || kind === 'escape' ? now : person.lastInterruptAt,
    lastExitKeyAt: isExitKey ? now : lastExitKeyAt,
    lastLostExitKeyAt: isExitKey && kept ? now : person.lastLostExitKeyAt,
    lastCommandAt: kind === 'enter' && isCommand(before) ? now : person.lastCommandAt,
  };
}

const isUnanswered = (keyAt: Millis | null, { terminal: { unansweredKeyAt: since } }: Before): boolean =>
  keyAt !== null && since !== null && keyAt >= since;

const isCommand = ({ screen, turn }: Before): boolean =>
  screen?.facts.draftIsCommand === true ||
  (screen?.facts.activity === 'dialog' && turn.workingSince === null);
