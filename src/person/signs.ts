/**
 * What an event shows about the texts that the person has written: which have left the box, which have had their turn.
 * Pure.
 */
import type { Evidence } from '../detect/evidence/index.ts';
import { turnActivities } from '../detect/phases.ts';
import type { Event, Millis, ScreenFacts } from '../events.ts';
import type { Sent } from './last-sent.ts';

export type Sign =
  /** Another conversation has begun. */
  | 'other-conversation'
  /** The agent has taken its whole queue. */
  | 'queue-sent'
  /** The box is empty: what was typed has been sent or deleted. */
  | 'box-empty'
  /** A turn runs, and the box is empty at this moment: the text that was seen there has been sent. */
  | 'box-emptied'
  /** The prompt is free, with an empty box: everything that was sent has had its turn. */
  | 'prompt-free'
  /** The turn of what was sent last is over. */
  | 'turn-over'
  /** The person has pressed a key to stop the turn of what was sent last. The agent may not have read it. */
  | 'stopped'
  /** The agent has stopped its turn. */
  | 'obeyed'
  /** A question is still on the screen a moment after the last key, so it took the keys. */
  | 'question-stands';

/** What else decides what an event shows. */
export interface Known {
  /** What was sent last, while its turn is not over. */
  readonly sent: Sent | null;
  /** The screen has shown a turn since that was sent. */
  readonly isSeenAtWork: boolean;
  /** Enter was pressed on a command for the shell, and nobody has seen yet what became of it. */
  readonly isShellEntered: boolean;
  /** This agent reports each prompt that it takes. */
  readonly reportsPrompts: boolean;
  /** When the guard last held back keys of the person's, which were not in the agent's box; null: never. */
  readonly heldAt: Millis | null;
}

/** By then a key shows on the screen, even on a machine under load. Before that, an empty box proves nothing. */
export const keySettleMs = 2_000;

/** Activities in which the agent takes a prompt. */
const freeActivities: readonly ScreenFacts['activity'][] = ['idle', 'background'];
/** Activities in which the screen shows no input box. */
const withoutBox: readonly ScreenFacts['activity'][] = ['dialog', 'unknown', 'crashed'];

/** In the order in which they must be handled. */
export function signsOf(event: Event, before: Evidence, after: Evidence, known: Known): readonly Sign[] {
  const signs: Sign[] = [];
  if (event.type === 'session' && event.sessionId !== before.conversation.sessionId)
    signs.push('other-conversation');
  // An agent that reports no prompts sends its queue when a turn has ended.
  if (event.type === 'turn.started' && !known.reportsPrompts && before.turn.told?.working === false)
    signs.push('queue-sent');
  if (showsTurn(event) && !event.facts.draft) signs.push('box-emptied');
  if ((event.type === 'screen' || event.type === 'tick') && showsEmptyBox(after, known.heldAt))
    signs.push(after.screen?.facts.activity === 'idle' ? 'prompt-free' : 'box-empty');
  if (event.type === 'tick' && after.screen?.facts.activity === 'dialog' && isDrawn(after, known.heldAt))
    signs.push('question-stands');
  if (event.type === 'turn.ended' || seenToEnd(event, before, after, known) || runsInShell(known, event))
    signs.push('turn-over');
  else if (event.type === 'interrupted') signs.push('obeyed');
  else if (isStop(event)) signs.push('stopped');
  return signs;
}

/**
 * Whether the box is empty a moment after the last key, so that its text has been sent or deleted. This proves nothing
 * if the agent has drawn nothing since the key: it may not have read it.
 */
function showsEmptyBox(evidence: Evidence, heldAt: Millis | null): boolean {
  const { screen } = evidence;
  if (screen === null || screen.facts.draft || withoutBox.includes(screen.facts.activity)) return false;
  return isDrawn(evidence, heldAt);
}

/** Whether the screen shows the effect of the last key. */
function isDrawn({ person, terminal, now }: Evidence, heldAt: Millis | null): boolean {
  const isRecent = (at: Millis | null) => at !== null && now - at < keySettleMs;
  return (
    !isRecent(person.lastKeyAt) &&
    !isRecent(heldAt) &&
    terminal.unansweredKeyAt === null &&
    isRead({ terminal, now })
  );
}

/** The agent takes its input, and has had what waited for as long as a key takes to show. */
export const isRead = ({ terminal, now }: Pick<Evidence, 'terminal' | 'now'>): boolean =>
  terminal.inputBlockedSince === null &&
  (terminal.inputReadAt === null || now - terminal.inputReadAt >= keySettleMs);

/** A key that is to stop the turn. */
export const isStop = (event: Event): boolean =>
  event.type === 'input' && (event.kind === 'escape' || event.kind === 'interrupt');

/**
 * A shell command was sent, and now the agent is at work: the command runs, perhaps before it is on record. If it were
 * given back, one Enter would run it a second time.
 */
const runsInShell = ({ sent, isShellEntered }: Known, event: Event): boolean =>
  showsTurn(event) && (isShellEntered || (sent !== null && !sent.isGiven && isForShell(sent.text)));

/** An agent may run it without a turn. */
export const isCommand = (text: string): boolean => text.trimStart().startsWith('/');

export const isForShell = (text: string): boolean => text.trimStart().startsWith('!');

export const showsTurn = (event: Event): event is Extract<Event, { type: 'screen' }> =>
  event.type === 'screen' && turnActivities.includes(event.facts.activity);

export const showsFreePrompt = (event: Event): boolean =>
  event.type === 'screen' && freeActivities.includes(event.facts.activity);

/**
 * The screen showed the turn of the text that was sent and now shows a free prompt, whatever has been typed since. An
 * agent that has reported the beginning of a turn reports its end, too, so then the screen does not count: it may still
 * show the turn before.
 */
function seenToEnd(event: Event, { screen }: Evidence, { turn }: Evidence, { isSeenAtWork }: Known): boolean {
  if (event.type !== 'screen' || event.facts.activity !== 'idle' || turn.told?.working) return false;
  return isSeenAtWork && screen !== null && turnActivities.includes(screen.facts.activity);
}
