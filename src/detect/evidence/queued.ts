/**
 * A message for the queue of the running turn. Some agents report it as they report a prompt, as soon as it is sent, but
 * it is no step of theirs: nothing ends, and nothing begins.
 */
import type { Event, Millis, ScreenFacts } from '../../events.ts';
import { conversationBytes, reportLagMs } from '../limits.ts';
import { type Connection, isUnanswered } from './connection.ts';
import type { Evidence } from './facts.ts';
import { helperStart } from './sample.ts';
import { ofMainTurn } from './tools.ts';
import type { Wire } from './wire.ts';

/**
 * The clock on the screen stands for the turn with which it began: if another one follows, this was a prompt all the
 * same. Without a clock, an open call, a request without an answer, and a hook of the person's do: none outlasts the turn's end or an
 * interrupt.
 */
export function isForQueue(e: Evidence, event: Event): boolean {
  const { turn, tools, wire, person, sample, now } = e;
  if (event.type !== 'turn.started' || !turn.told?.working) return false;
  const elapsedS = shownClock(e);
  if (elapsedS !== undefined && now - elapsedS * 1_000 <= turn.told.at + reportLagMs) return true;
  // Esc may do something else than interrupt (vim, a list). What the agent shows tells, where it can be read.
  const interruptedAt = screenAtWork(e) ? 0 : (person.lastInterruptAt ?? 0);
  const since = Math.max(turn.workingSince ?? Number.POSITIVE_INFINITY, interruptedAt);
  return (
    helperStart(sample, now) > Math.max(0, since - reportLagMs) ||
    ofMainTurn(tools).some(({ startedAt }) => startedAt >= since) ||
    wire.connections.some((each) => isUnanswered(each) && isOfTurn(each, since, wire))
  );
}

/**
 * The message was the prompt of a turn: the agent obeyed an interrupt before its screen showed it, and went on with its
 * queue. That turn has a clock of its own, which began no earlier. A compaction has one, too.
 */
export function wasPrompt({ turn: { queued }, now }: Evidence, event: Event): boolean {
  if (event.type !== 'screen' || queued === null || event.facts.activity === 'compacting') return false;
  const { elapsedS } = event.facts;
  if (elapsedS === undefined || elapsedS >= queued.elapsedS) return false;
  return now - elapsedS * 1_000 > queued.at - reportLagMs;
}

/** The turn with a message in its queue. */
export function queue(e: Evidence): Evidence {
  return { ...e, turn: { ...e.turn, queued: { at: e.now, elapsedS: shownClock(e) ?? 0 } } };
}

const shownClock = (e: Evidence): number | undefined =>
  screenAtWork(e) ? e.screen?.facts.elapsedS : undefined;

const screenAtWork = ({ screen }: Evidence): boolean =>
  screen !== null && atWork.includes(screen.facts.activity);
const atWork: readonly ScreenFacts['activity'][] = ['busy', 'waiting', 'tool'];

const isOfTurn = (
  { requestAt, requestSize }: Connection,
  since: Millis,
  { conversationSize }: Wire,
): boolean => (requestAt ?? 0) >= since && requestSize >= Math.max(conversationBytes, conversationSize);
