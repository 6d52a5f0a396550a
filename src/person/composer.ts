/**
 * What the person writes, in step with what happens: keys go into the draft, a sent prompt waits for its record, and the
 * screen, the turns and the person's interrupts tell what has left the box. Pure; lives in memory only.
 */
import type { Evidence } from '../detect/evidence/index.ts';
import { inTurn } from '../detect/phases.ts';
import type { Event, ScreenFacts } from '../events.ts';
import type { Token } from '../terminal/vt/tokens.ts';
import { createDraft, type Draft } from './draft.ts';
import { createSentPrompts, type SentPrompts } from './sent-prompt.ts';

/** A key is on the screen by then, also on a machine under load: an empty box before that tells nothing. */
const keySettleMs = 2_000;

const ofTurn: readonly ScreenFacts['activity'][] = ['busy', 'tool', 'waiting', 'retrying'];
/** What is on the screen then is no input box. */
const withoutBox: readonly ScreenFacts['activity'][] = ['dialog', 'unknown', 'crashed'];

export interface Composer {
  readonly draft: Draft;
  readonly sent: SentPrompts;
  /**
   * The person's keys, as they came in one read; null: some that nobody has followed.
   * @param kept they are with the guard, and not in the agent's box
   * @param atMs wall clock, Unix milliseconds
   */
  typed(tokens: readonly Token[] | null, kept: boolean, atMs: number): void;
  /**
   * One turn of the loop.
   * @param kept as for `typed`
   */
  happened(event: Event, before: Evidence, after: Evidence, kept: boolean): void;
}

export function createComposer(): Composer {
  const sent = createSentPrompts();
  const draft = createDraft((text, atMs) => sent.sent({ text, id: null, taken: false, atMs }));
  /** Of the latest event; null before the first. */
  let latest: Evidence | null = null;

  return {
    draft,
    sent,
    typed(tokens, kept, atMs) {
      if (tokens === null) draft.lose();
      // Keys for a dialog are none for the box. What is sent to an agent that is not there waits, too.
      else if (kept || latest?.screen?.facts.activity !== 'dialog')
        draft.feed(tokens, kept || (latest !== null && inTurn(latest.phase)), atMs);
    },
    happened(event, before, after, kept) {
      latest = after;
      if (event.type === 'session' && event.sessionId !== before.conversation.sessionId) sent.begun();
      if (event.type === 'turn.started') draft.queueIsSent();
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
 * The box was seen empty a moment after the last key: what was in it has been sent or deleted. Not where the agent has
 * drawn nothing since: it may not have read the key.
 */
function showsEmptyBox({ screen, person, terminal, now }: Evidence): boolean {
  if (screen === null || screen.facts.draft || withoutBox.includes(screen.facts.activity)) return false;
  const isTyping = person.lastKeyAt !== null && now - person.lastKeyAt < keySettleMs;
  return !isTyping && terminal.unansweredKeyAt === null && terminal.inputBlockedSince === null;
}

const isStopped = (event: Event): boolean =>
  event.type === 'interrupted' || (event.type === 'input' && event.kind === 'interrupt');

/**
 * A command for the shell was sent to an agent at rest, and now the agent is at work: it runs, and may have run before it
 * is on record. Given back it would be one Enter from running twice.
 */
const runsInShell = (sent: string | undefined, event: Event): boolean =>
  event.type === 'screen' &&
  ofTurn.includes(event.facts.activity) &&
  sent?.trimStart().startsWith('!') === true;

/** The screen showed a turn, and shows a free prompt: what was sent has had its turn, whatever was typed since. */
function seenToEnd({ screen }: Evidence, event: Event): boolean {
  if (event.type !== 'screen' || event.facts.activity !== 'idle') return false;
  return screen !== null && ofTurn.includes(screen.facts.activity);
}
