/** One reading of the agent's screen: since when it says what it says, and whether what it says is news. */
import type { Millis, ScreenFacts } from '../events.ts';
import type { Evidence } from './evidence.ts';

export function seen(e: Evidence, facts: ScreenFacts, at: Millis): Evidence {
  const last = e.screen;
  // That the agent says how it waits for the API is no sign of life: the same turn stands as still as before.
  const waits =
    facts.activity === 'waiting' && (last?.facts.activity === 'busy' || last?.facts.activity === 'tool');
  const same = waits || last?.facts.activity === facts.activity;
  const still = same && facts.tokens === last?.facts.tokens && facts.requesting === last?.facts.requesting;
  const moved = (facts.tokens ?? 0) > 0 && facts.tokens !== e.tokensShown;
  const idle = facts.activity === 'idle';
  const banner = idle ? (facts.failure ?? null) : null;
  // An old banner stays on the screen after recovery: it counts once, until it has been gone.
  const fresh = banner !== null && banner.fingerprint !== e.bannerSeen;
  return {
    ...e,
    screen: { facts, at, activitySince: same && last ? last.activitySince : at },
    tokensChangedAt: waits || still ? e.tokensChangedAt : at,
    tokensShown: facts.tokens ?? e.tokensShown,
    // Beside the row of a tool the counter only catches up with the answer that called it.
    answering: !facts.requesting && (e.answering || (moved && facts.activity !== 'tool')),
    limitResetsAt: idle ? (facts.limitResetsAt ?? e.limitResetsAt) : e.limitResetsAt,
    bannerSeen: idle ? (banner?.fingerprint ?? null) : e.bannerSeen,
    failedTurns: fresh && e.failure === null ? e.failedTurns + 1 : e.failedTurns,
    failure: fresh ? { ...banner, at } : facts.activity === 'busy' ? null : e.failure,
  };
}
