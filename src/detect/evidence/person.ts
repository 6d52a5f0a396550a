/**
 * The person at the keyboard. That they have typed survives a relaunch; what they wanted of the agent before does not.
 */
import type { Event, Millis, ScreenFacts } from '../../events.ts';

export interface Person {
  readonly lastKeyAt: Millis | null;
  /** Ctrl+C or Esc. */
  readonly lastInterruptAt: Millis | null;
  /** Ctrl+C or Ctrl+D. */
  readonly lastExitKeyAt: Millis | null;
  /** When the person pressed Enter on a command of the agent's own, such as `/exit`, as the screen showed it. */
  readonly lastCommandAt: Millis | null;
}

export const nobody: Person = {
  lastKeyAt: null,
  lastInterruptAt: null,
  lastExitKeyAt: null,
  lastCommandAt: null,
};

/** @param facts what the screen showed when the key was pressed */
export function foldPerson(
  person: Person,
  event: Event,
  facts: ScreenFacts | undefined,
  now: Millis,
): Person {
  if (event.type === 'agent.started') return { ...nobody, lastKeyAt: person.lastKeyAt };
  if (event.type !== 'input' || event.kind === 'report') return person;
  const { kind } = event;
  return {
    lastKeyAt: now,
    lastInterruptAt: kind === 'interrupt' || kind === 'escape' ? now : person.lastInterruptAt,
    lastExitKeyAt: kind === 'interrupt' || kind === 'exit' ? now : person.lastExitKeyAt,
    lastCommandAt: kind === 'enter' && facts?.draftIsCommand ? now : person.lastCommandAt,
  };
}
