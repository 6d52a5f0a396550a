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
  /** The same, kept back by the guard: no agent has got it. */
  readonly lastKeptExitKeyAt: Millis | null;
  /**
   * When the person pressed Enter on a command of the agent's own, such as `/exit`, or in what it asks outside a turn, such
   * as a list that a command has opened; as the screen showed it.
   */
  readonly lastCommandAt: Millis | null;
}

export const nobody: Person = {
  lastKeyAt: null,
  lastChoiceAt: null,
  lastInterruptAt: null,
  lastExitKeyAt: null,
  lastKeptExitKeyAt: null,
  lastCommandAt: null,
};

interface Before {
  readonly screen: { readonly facts: ScreenFacts } | null;
  /** Null in `workingSince`: no turn runs. */
  readonly turn: { readonly workingSince: Millis | null };
}

/** @param before as it was when the key was pressed */
export function foldPerson(person: Person, event: Event, before: Before, now: Millis): Person {
  if (event.type === 'agent.started') return { ...nobody, lastKeyAt: person.lastKeyAt };
  if (event.type !== 'input' || event.kind === 'report') return person;
  const { kind, kept } = event;
  const isExitKey = kind === 'interrupt' || kind === 'exit';
  return {
    lastKeyAt: now,
    lastChoiceAt: kind === 'enter' || kind === 'escape' ? now : person.lastChoiceAt,
    lastInterruptAt: kind === 'interrupt' || kind === 'escape' ? now : person.lastInterruptAt,
    lastExitKeyAt: isExitKey ? now : person.lastExitKeyAt,
    lastKeptExitKeyAt: isExitKey && kept ? now : person.lastKeptExitKeyAt,
    lastCommandAt: kind === 'enter' && isCommand(before) ? now : person.lastCommandAt,
  };
}

const isCommand = ({ screen, turn }: Before): boolean =>
  screen?.facts.draftIsCommand === true ||
  (screen?.facts.activity === 'dialog' && turn.workingSince === null);
