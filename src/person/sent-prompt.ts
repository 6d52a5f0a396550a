/**
 * The last prompt that the person has sent, while it may not be on record: if the agent dies between Enter and the
 * prompt's record, the prompt is lost with it. Kept in memory only.
 */
import type { SentPrompt } from '../agents/contract/conversation.ts';

export interface SentPrompts {
  sent(prompt: SentPrompt): void;
  /** The prompt's turn is over, or the person has stopped it. */
  settle(): void;
  latest(): SentPrompt | null;
  /** Another conversation has begun, so the counts start anew. */
  begun(): void;
  /**
   * The text that was sent last, by the person or the guard, settled or not. An interrupt before any output puts it
   * back into the box.
   */
  readonly lastText: string | null;
  /** The text that the person sent last. */
  readonly lastOfPerson: string | null;
  /** The guard has sent this in the person's place. `isOfPerson`: it is in the person's own words. */
  given(text: string, isOfPerson: boolean): void;
  /** How many prompts the agent has taken, as it reported. */
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
      // The agent reports the guard's prompts like any other.
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
