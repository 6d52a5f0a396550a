/**
 * What was sent last, by the person or in their place, and what became of it. Until it is settled, it may not be on
 * record, and would be lost with the agent. Pure.
 */
import type { SentPrompt } from '../agents/contract/conversation.ts';
import type { Millis } from '../events.ts';
import { isSame } from './same-text.ts';

export interface Sent extends SentPrompt {
  /** The part that is the person's, word for word. Null: the guard has written all of it. */
  readonly words: string | null;
  /** The guard has given it, with the agent's start or from the box. No key of the person's says when it was taken. */
  readonly isGiven: boolean;
  /** Its turn has shown itself, by a hook or on the screen. */
  readonly hasBegun: boolean;
  /** The agent that has it has shown a free prompt: a command that shows no turn may have run. */
  readonly mayHaveRun: boolean;
  /** The person has pressed a key to stop it, and the agent has not shown that it obeyed. */
  readonly isStopped: boolean;
}

export interface LastSent {
  /** Null: it is settled. */
  readonly prompt: Sent | null;
  /** The screen has shown a turn since it was sent. */
  readonly isSeenAtWork: boolean;
  readonly byPerson: string | null;
  /** In this conversation: prompts that the agent has reported, and prompts known only from the Enter key. */
  readonly prompts: { readonly taken: number; readonly typed: number };
  /** Whether this is what was sent last, or the guard's latest prompt. */
  knows(text: string): boolean;
  /** The person has pressed Enter on it. */
  typed(text: string, atMs: Millis): void;
  /** The agent reports that it has taken it. */
  taken(prompt: Omit<SentPrompt, 'taken'>): void;
  /** The guard has given it. @param words as in `Sent` */
  given(text: string, words: string | null, atMs: Millis): void;
  /** The guard has sent again what an interrupt had put back into the box. */
  givenAgain(text: string, atMs: Millis): void;
  /** The guard has typed this prompt of its own. What was sent before is settled by other signs. */
  nudgedWith(text: string): void;
  /** Another agent takes over: what the screen has shown was not its turn. */
  agentStarted(): void;
  turnShown(): void;
  freePromptShown(): void;
  /** Its turn is over. */
  over(): void;
  /** The prompt is free, with an empty box. An agent shows that before it takes what it was given, too. */
  promptFree(): void;
  stopped(): void;
  /** The agent has obeyed an interrupt, which may have been for what was sent before. */
  obeyed(): void;
  otherConversation(): void;
  /** Hands it over: no agent has it any more. */
  handOver(): Sent | null;
}

const untaken = {
  id: null,
  taken: false,
  isGiven: false,
  hasBegun: false,
  mayHaveRun: false,
  isStopped: false,
} as const;

export function createLastSent(): LastSent {
  let sent: Sent | null = null;
  let isSeenAtWork = false;
  let byPerson: string | null = null;
  let byGuard: Pick<Sent, 'text' | 'words'> | null = null;
  let prompts = { taken: 0, typed: 0 };
  const over = () => {
    sent = null;
  };
  const change = (by: Partial<Sent>) => {
    sent = sent && { ...sent, ...by };
  };
  const send = (next: Sent) => {
    sent = next;
    isSeenAtWork = false;
    byPerson = next.words ?? byPerson;
  };
  const given = (text: string, words: string | null, atMs: Millis) => {
    send({ ...untaken, text, words, atMs, isGiven: true });
    if (words !== text) byGuard = { text, words };
  };
  /**
   * The part of a text that is the person's, whoever sends it. An interrupt puts the queue behind what was sent last.
   */
  const wordsOf = (text: string): string | null => {
    if (sent !== null && isSame(sent.text, text)) return sent.words;
    if (byGuard === null) return text;
    if (isSame(byGuard.text, text)) return byGuard.words;
    if (!text.startsWith(`${byGuard.text}\n`)) return text;
    const queue = text.slice(byGuard.text.length + 1);
    return byGuard.words === null ? queue : `${byGuard.words}\n${queue}`;
  };
  return {
    get prompt() {
      return sent;
    },
    get isSeenAtWork() {
      return isSeenAtWork;
    },
    get byPerson() {
      return byPerson;
    },
    get prompts() {
      return prompts;
    },
    knows: (text) => [sent, byGuard].some((one) => one !== null && isSame(one.text, text)),
    typed(text, atMs) {
      send({ ...untaken, text, words: wordsOf(text), atMs });
      prompts = { ...prompts, typed: prompts.typed + 1 };
    },
    taken(prompt) {
      const known = sent !== null && isSame(sent.text, prompt.text) ? sent : null;
      const words = wordsOf(prompt.text); // the agent reports the guard's prompts like any others
      const isGiven = known?.isGiven ?? false;
      // What was given may be taken after a key that was for something else.
      const isStopped = !isGiven && known?.isStopped === true;
      send({ ...untaken, ...prompt, words, taken: true, isGiven, hasBegun: true, isStopped });
      prompts = { ...prompts, taken: prompts.taken + 1 };
    },
    given,
    givenAgain: (text, atMs) => given(text, wordsOf(text), atMs),
    nudgedWith(text) {
      byGuard = { text, words: null };
    },
    agentStarted() {
      isSeenAtWork = false;
      change({ hasBegun: false, mayHaveRun: false });
    },
    turnShown() {
      isSeenAtWork = true;
      change({ hasBegun: true });
    },
    freePromptShown: () => change({ mayHaveRun: true }),
    over,
    promptFree() {
      if (!sent?.isGiven || isSeenAtWork) over();
    },
    stopped: () => change({ isStopped: true }),
    obeyed() {
      if (sent?.isGiven && !sent.hasBegun) change({ isStopped: true });
      else over();
    },
    otherConversation() {
      prompts = { taken: 0, typed: 0 };
    },
    handOver() {
      const last = sent;
      over();
      // Whoever takes it next reports it again.
      if (last?.taken) prompts = { ...prompts, taken: Math.max(0, prompts.taken - 1) };
      return last;
    },
  };
}
