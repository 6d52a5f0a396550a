/** The rendered screen: what it says, since when, and what of it is news. Null before the first reading of an agent. */
import type { Event, Millis, ScreenFacts } from '../../events.ts';

export interface Screen {
  readonly facts: ScreenFacts;
  readonly at: Millis;
  readonly activitySince: Millis;
  readonly tokensChangedAt: Millis | null;
  /** The token counter as it was last shown in this turn. */
  readonly tokensShown: number | null;
  /** The counter has moved since the agent waits for the API: the answer is on its way. */
  readonly answering: boolean;
  /** Fingerprint of the error banner that the idle screen shows. */
  readonly bannerSeen: string | null;
}

/** What a reading adds to the one before. @param facts the latest reading */
export function foldScreen(last: Screen | null, event: Event, now: Millis): Screen | null {
  switch (event.type) {
    case 'agent.started':
      return null;
    case 'request.sent':
      return last && { ...last, answering: false };
    case 'screen':
      return read(last, event.facts, now);
    default:
      return last;
  }
}

function read(last: Screen | null, facts: ScreenFacts, now: Millis): Screen {
  const { facts: before, tokensShown = null } = last ?? {};
  // That the agent says how it waits for the API is no sign of life: the same turn stands as still as before.
  const waits = facts.activity === 'waiting' && (before?.activity === 'busy' || before?.activity === 'tool');
  const same = waits || before?.activity === facts.activity;
  const still = same && facts.tokens === before?.tokens && facts.requesting === before?.requesting;
  const moved = (facts.tokens ?? 0) > 0 && facts.tokens !== tokensShown;
  return {
    facts,
    at: now,
    activitySince: same && last ? last.activitySince : now,
    tokensChangedAt: waits || still ? (last?.tokensChangedAt ?? null) : now,
    tokensShown: facts.tokens ?? tokensShown,
    // Beside the row of a tool the counter only catches up with the answer that called it.
    answering: !facts.requesting && ((last?.answering ?? false) || (moved && facts.activity !== 'tool')),
    bannerSeen: facts.activity === 'idle' ? (facts.failure?.fingerprint ?? null) : (last?.bannerSeen ?? null),
  };
}

/** A banner that was not on the screen before; an old one stays there after recovery, and counts once. */
export function freshBanner(last: Screen | null, { activity, failure }: ScreenFacts): ScreenFacts['failure'] {
  return activity === 'idle' && failure && failure.fingerprint !== last?.bannerSeen ? failure : undefined;
}

/** The agent no longer waits for the API, or its turn is over: what the counter showed is of before. */
export function settled(screen: Screen | null, listens: boolean, inTurn: boolean): Screen | null {
  if (!screen) return null;
  const answering = listens && screen.answering;
  const tokensShown = inTurn ? screen.tokensShown : null;
  const same = answering === screen.answering && tokensShown === screen.tokensShown;
  return same ? screen : { ...screen, answering, tokensShown };
}
