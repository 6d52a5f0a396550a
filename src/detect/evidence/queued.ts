/**
 * A message for the queue of the running turn. Some agents report it as they report a prompt, as soon as it is sent,
 * but it is no step of theirs: nothing ends, and nothing begins. After an interrupt, the queue may begin a turn at
 * once.
 */
import type { Event, Millis, ScreenFacts } from '../../events.ts';
import { conversationBytes, reportLagMs } from '../limits.ts';
import { writtenAt } from './clock.ts';
import { type Connection, isUnanswered } from './connection.ts';
import type { Evidence } from './facts.ts';
import { helperStart } from './sample.ts';
import { clockBeganAt, runsOnAfter, type Screen } from './screen.ts';
import { ofMainTurn } from './tools.ts';
import { interruptKeyAt } from './turn.ts';
import type { Wire } from './wire.ts';

/**
 * The clock on the screen stands for the turn with which it began: if another one follows, this was a prompt all the
 * same. Without a clock, an open call, a request without an answer, and a hook of the person's do: none outlasts the
 * turn's end or an interrupt.
 */
export function isForQueue(e: Evidence, event: Event): boolean {
  const { turn, tools, wire, person, sample, now } = e;
  if (event.type !== 'turn.started' || turn.told === null) return false;
  if (!turn.told.working) return runsOnAfter(e.screen, turn.told.at);
  if (compactsOn(e)) return true;
  const shown = atWorkOnScreen(e);
  const clockAt = shown && clockBeganAt(shown);
  if (clockAt !== null && clockAt <= turn.told.at + reportLagMs) return true;
  // A sense that is read more often may have seen the turn that this prompt has begun.
  if (writtenAt(e.clock, event) - (turn.workingSince ?? 0) < reportLagMs) return false;
  // Esc may do something else than interrupt (vim, a list). What the agent shows tells, where it can be read.
  const interruptedAt = shown ? 0 : interruptKeyAt(turn, person);
  // Other senses may not have seen the turn on the screen begin yet.
  const earliestAt = (clockAt ?? 0) - 1_000 - reportLagMs;
  const since = Math.max(turn.workingSince ?? Number.POSITIVE_INFINITY, interruptedAt, earliestAt);
  return (
    helperStart(sample, now) > Math.max(0, since - reportLagMs) ||
    ofMainTurn(tools).some(({ startedAt }) => startedAt >= since) ||
    wire.connections.some((each) => isUnanswered(each) && isOfTurn(each, since, wire))
  );
}

/**
 * The message was the prompt of a turn: the agent obeyed an interrupt before its screen showed it, and went on with its
 * queue. That turn has a clock of its own, which began no earlier. A compaction has one, too.
 * @returns when the turn began at the earliest; null: it was none
 */
export function promptAt({ turn: { queued }, now }: Evidence, event: Event): Millis | null {
  if (event.type !== 'screen' || queued === null || event.facts.activity === 'compacting') return null;
  const { elapsedS } = event.facts;
  if (elapsedS === undefined || elapsedS >= queued.elapsedS) return null;
  const beganAt = now - elapsedS * 1_000;
  return beganAt > queued.at - reportLagMs ? Math.max(queued.at, beganAt - 1_000) : null;
}

/**
 * The message began a turn then. What the turn has called since is still open, and what it has reported stays reported.
 */
export function begin(e: Evidence, before: Evidence, beganAt: Millis): Evidence {
  const tools = before.tools.filter(({ startedAt }) => startedAt >= beganAt);
  const told = { working: true, at: beganAt };
  return { ...e, tools, turn: { ...e.turn, told, toldAt: Math.max(beganAt, before.turn.toldAt ?? 0) } };
}

/** The record may be read so long after the key that it tells of. */
const lateInterruptMs: Millis = 10_000;

/** An interrupt that is reported late is that of the turn in which the key was pressed, not of one that began since. */
export function isLateInterrupt({ turn, person, now }: Evidence, { type }: Event): boolean {
  const keyAt = interruptKeyAt(turn, person);
  const hasBegunSince = turn.told?.working === true && turn.told.at > keyAt;
  return type === 'interrupted' && keyAt > 0 && hasBegunSince && now - keyAt < lateInterruptMs;
}

/** The turn with a message in its queue. */
export function queue(e: Evidence, message: Event): Evidence {
  const queued = { at: writtenAt(e.clock, message), elapsedS: atWorkOnScreen(e)?.facts.elapsedS ?? 0 };
  return { ...e, turn: { ...e.turn, queued } };
}

/** What the screen shows, if it shows a turn at work. */
const atWorkOnScreen = ({ screen }: Evidence): Screen | null =>
  screen !== null && atWork.includes(screen.facts.activity) ? screen : null;
const atWork: readonly ScreenFacts['activity'][] = ['busy', 'waiting', 'tool', 'retrying'];

/** Within the turn, with a clock of its own. After an interrupt it stands on the screen a moment longer. */
const compactsOn = ({ screen, turn, person }: Evidence): boolean =>
  screen?.facts.activity === 'compacting' && interruptKeyAt(turn, person) <= screen.activitySince;

const isOfTurn = (
  { requestAt, requestSize }: Connection,
  since: Millis,
  { conversationSize }: Wire,
): boolean => (requestAt ?? 0) >= since && requestSize >= Math.max(conversationBytes, conversationSize);
