/**
 * Follows what the person writes. Keys go into the draft. A sent prompt waits until it is on record. The screen, the
 * turns and the person's interrupts show what has left the box. Pure; kept in memory only.
 */
import type { SentPrompt } from '../agents/contract/conversation.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { inTurn } from '../detect/phases.ts';
import type { Event, ScreenFacts } from '../events.ts';
import type { Token } from '../terminal/vt/tokens.ts';
import { createDraft, type Draft } from './draft.ts';
import { createSentPrompts, type SentPrompts } from './sent-prompt.ts';

/** By then a key is on the screen, even on a machine under load. Before that an empty box proves nothing. */
const keySettleMs = 2_000;

const ofTurn: readonly ScreenFacts['activity'][] = ['busy', 'tool', 'waiting', 'retrying'];
/** Activities in which the screen shows no input box. */
const withoutBox: readonly ScreenFacts['activity'][] = ['dialog', 'unknown', 'crashed'];

export interface Composer {
  readonly draft: Draft;
  readonly sent: SentPrompts;
  /**
   * The person's keys, as they came in one read; null: some keys were not followed.
   * @param kept the guard has the keys, so they are not in the agent's box
   * @param atMs wall clock, Unix milliseconds
   */
  typed(tokens: readonly Token[] | null, kept: boolean, atMs: number): void;
  /** The agent names the prompt that it took; the `turn.started` that comes with it follows. */
  taken(prompt: Pick<SentPrompt, 'text' | 'id' | 'atMs'>): void;
  /**
   * One turn of the loop.
   * @param kept as for `typed`
   */
  happened(event: Event, before: Evidence, after: Evidence, kept: boolean): void;
}

export function createComposer(): Composer {
  const sent = createSentPrompts();
  const draft = createDraft((text, atMs) => sent.sent({ text, id: null, taken: false, atMs }));
  /** After the latest event; null before the first. */
  let latest: Evidence | null = null;
  /** The prompt of the turn that is about to be told was named. */
  let isNamed = false;

  return {
    draft,
    sent,
    typed(tokens, kept, atMs) {
      if (tokens === null) draft.lose();
      // Keys for a dialog do not go into the box. Text that is sent while no agent takes it is queued, too.
      else if (kept || latest?.screen?.facts.activity !== 'dialog')
        draft.feed(tokens, kept || (latest !== null && inTurn(latest.phase)), atMs);
    },
    taken(prompt) {
      isNamed = true;
      // Some agents name a message as soon as it waits in their queue (2.1.329): it has not left it.
      const isQueued = draft.queue().some(({ text }) => text.trim() === prompt.text.trim());
      if (isQueued && latest?.turn.told?.working) return;
      draft.remove(prompt.text);
      sent.sent({ ...prompt, taken: true });
    },
    happened(event, before, after, kept) {
      latest = after;
      if (event.type === 'session' && event.sessionId !== before.conversation.sessionId) sent.begun();
      if (event.type === 'turn.started') {
        // An agent that names no prompt sends its queue when a turn has ended.
        if (!isNamed && before.turn.told?.working === false) draft.queueIsSent();
        isNamed = false;
      }
      if ((event.type === 'screen' || event.type === 'tick') && !kept && showsEmptyBox(after)) {
        draft.boxIsEmpty();
        if (after.screen?.facts.activity === 'idle') {
          draft.queueIsSent();
          sent.settle();
        }
      }
      const isOver =
        event.type === 'turn.ended' || seenToEnd(before, event) || runsInShell(sent.latest()?.text, event);
      if (isOver || isStopped(event)) sent.settle();
      if (isOver) draft.sentIsSettled(); // the box may not have been seen empty yet
    },
  };
}

/**
 * The box was seen empty a moment after the last key, so its text has been sent or deleted. That does not hold if the
 * agent has drawn nothing since: it may not have read the key.
 */
function showsEmptyBox({ screen, person, terminal, now }: Evidence): boolean {
  if (screen === null || screen.facts.draft || withoutBox.includes(screen.facts.activity)) return false;
  const isTyping = person.lastKeyAt !== null && now - person.lastKeyAt < keySettleMs;
  return !isTyping && terminal.unansweredKeyAt === null && terminal.inputBlockedSince === null;
}

const isStopped = (event: Event): boolean =>
  event.type === 'interrupted' || (event.type === 'input' && event.kind === 'interrupt');

/**
 * A shell command was sent to an agent at rest, and now the agent is at work: the command runs, perhaps before it is on
 * record. If it were given back, one Enter would run it twice.
 */
const runsInShell = (sent: string | undefined, event: Event): boolean =>
  event.type === 'screen' &&
  ofTurn.includes(event.facts.activity) &&
  sent?.trimStart().startsWith('!') === true;

/**
 * The screen showed a turn and now shows a free prompt, so what was sent has had its turn, whatever was typed since.
 */
function seenToEnd({ screen }: Evidence, event: Event): boolean {
  if (event.type !== 'screen' || event.facts.activity !== 'idle') return false;
  return screen !== null && ofTurn.includes(screen.facts.activity);
}
