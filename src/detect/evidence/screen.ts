/** The rendered screen: what it says, since when, and what is new. Null before the first reading of an agent. */
import type { Event, Millis, ScreenFacts } from '../../events.ts';
import { reportLagMs } from '../limits.ts';
import { turnActivities } from '../phases.ts';

export interface Screen {
  readonly facts: ScreenFacts;
  readonly at: Millis;
  readonly activitySince: Millis;
  readonly tokensChangedAt: Millis | null;
  /** The token counter as it was last shown in this turn. */
  readonly tokensShown: number | null;
  /** When the counter last moved because an answer came; null: not since the latest request. */
  readonly countedAt: Millis | null;
  /** When the agent's own next try is due, by the countdown that is shown; null: none is shown. */
  readonly retryAt: Millis | null;
  /** When it last began to announce a try of its own; null: never. */
  readonly retriedAt: Millis | null;
  /** Fingerprint of the error banner that the idle screen shows, or showed before the turn on it. */
  readonly bannerSeen: string | null;
  /** A turn has been on the screen since. */
  readonly ranSince: boolean;
}

export function foldScreen(last: Screen | null, event: Event, now: Millis): Screen | null {
  switch (event.type) {
    case 'agent.started':
      return null;
    case 'request.sent':
      return last && { ...last, countedAt: null };
    case 'screen':
      return read(last, event.facts, now);
    default:
      return last;
  }
}

function read(last: Screen | null, facts: ScreenFacts, now: Millis): Screen {
  const { facts: before, tokensShown = null } = last ?? {};
  // With `waiting` the agent says that the API is silent. That is no sign of life.
  const same = facts.activity === 'waiting' || before?.activity === facts.activity;
  // The end of thinking is a sign of life: the first word may take as long as any.
  const hasThought = before?.thinking === true && !facts.thinking;
  const isSameCount = facts.tokens === before?.tokens && facts.requesting === before?.requesting;
  const still = same && isSameCount && !hasThought;
  // While a tool runs, the counter only catches up with the answer that called it; after a compaction, with that one's.
  const isOld = facts.activity === 'tool' || before?.activity === 'compacting';
  const moved = (facts.tokens ?? 0) > 0 && facts.tokens !== tokensShown && !isOld;
  return {
    facts,
    at: now,
    activitySince: same && last ? last.activitySince : now,
    tokensChangedAt: still || facts.activity === 'waiting' ? (last?.tokensChangedAt ?? null) : now,
    tokensShown: facts.tokens ?? (facts.activity === 'idle' ? null : tokensShown),
    countedAt: facts.requesting ? null : moved ? now : (last?.countedAt ?? null),
    retryAt: dueAt(last, facts, now),
    retriedAt: announces(last, facts) ? now : (last?.retriedAt ?? null),
    bannerSeen: facts.activity === 'idle' ? (facts.failure?.fingerprint ?? null) : (last?.bannerSeen ?? null),
    ranSince:
      facts.activity !== 'idle' && (turnActivities.includes(facts.activity) || (last?.ranSince ?? false)),
  };
}

const announces = (last: Screen | null, { activity, retry }: ScreenFacts): boolean =>
  activity === 'retrying' &&
  (last?.facts.activity !== 'retrying' || last.facts.retry?.attempt !== retry?.attempt);

/** Some agents print a countdown once, and it stays as it is. Without a time, the next try may come at any moment. */
function dueAt(last: Screen | null, { activity, retry }: ScreenFacts, now: Millis): Millis | null {
  if (activity !== 'retrying') return null;
  const shown = last?.facts.retry;
  const isSame = shown?.attempt === retry?.attempt && shown?.inMs === retry?.inMs;
  const known = isSame ? last?.retryAt : null;
  return known ?? now + (retry?.inMs ?? 0);
}

/**
 * A banner that was not directly above the prompt before. An old one stays there until something is asked, and must
 * count only once. After a turn it is another, even in the same words. What an interrupted turn leaves is none: some
 * agents take back what was asked if nothing had come of its answer, and the end of an earlier turn, perhaps never
 * seen, stands there.
 */
export function freshBanner(
  last: Screen | null,
  { activity, failure }: ScreenFacts,
  isInterrupted: boolean,
): ScreenFacts['failure'] {
  if (activity !== 'idle' || !failure || isInterrupted) return undefined;
  return failure.fingerprint !== last?.bannerSeen || last.ranSince ? failure : undefined;
}

/** When the turn on the screen began by its own clock, which tells whole seconds; null: it shows none. */
export const clockBeganAt = ({ at, facts: { elapsedS } }: Screen): Millis | null =>
  elapsedS === undefined ? null : at - elapsedS * 1_000;

/**
 * A hook of the person's has had the turn go on after its end was reported then: it is shown, and its clock runs on.
 */
export const runsOnAfter = (screen: Screen | null, endedAt: Millis): boolean =>
  screen !== null &&
  turnActivities.includes(screen.facts.activity) &&
  screen.at > endedAt + reportLagMs &&
  (clockBeganAt(screen) ?? endedAt) < endedAt;
