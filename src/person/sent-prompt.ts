/**
 * The last prompt that the person has sent and that may not be on record yet: between Enter and its line in the
 * conversation file an agent that dies takes it along. In memory only.
 */
import type { SentPrompt } from '../agents/contract/conversation.ts';

export interface SentPrompts {
  sent(prompt: SentPrompt): void;
  /** Its turn is over, or the person has stopped it. */
  settle(): void;
  latest(): SentPrompt | null;
  /** Another conversation: its prompts are counted anew. */
  begun(): void;
  /** What was sent last, also by the guard itself; settled or not. An interrupt before any output brings it back. */
  readonly lastText: string | null;
  /** The same of the person alone. */
  readonly lastOfPerson: string | null;
  /** The guard has sent this in the person's place. `isOfPerson`: in their own words. */
  given(text: string, isOfPerson: boolean): void;
  /** How many the agent took, as it said. */
  readonly taken: number;
  /** How often Enter was pressed on something. */
  readonly typed: number;
}

export function createSentPrompts(): SentPrompts {
  let latest: SentPrompt | null = null;
  let lastText: string | null = null;
  let lastOfPerson: string | null = null;
  let ofGuard: string | null = null;
  let taken = 0;
  let typed = 0;
  return {
    sent(prompt) {
      latest = prompt;
      lastText = prompt.text;
      // The agent tells of ours as of any.
      if (prompt.text.trim() !== ofGuard?.trim()) lastOfPerson = prompt.text;
      if (prompt.taken) taken++;
      else typed++;
    },
    settle() {
      latest = null;
    },
    begun() {
      taken = 0;
      typed = 0;
    },
    latest: () => latest,
    get lastText() {
      return lastText;
    },
    get lastOfPerson() {
      return lastOfPerson;
    },
    given(text, isOfPerson) {
      lastText = text;
      if (isOfPerson) lastOfPerson = text;
      else ofGuard = text;
    },
    get taken() {
      return taken;
    },
    get typed() {
      return typed;
    },
  };
}
