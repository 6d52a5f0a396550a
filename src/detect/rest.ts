/** The one rule of "quiet for": a free prompt at which nothing has happened for a while, neither to the agent nor by the person. */
import type { Millis } from '../events.ts';
import type { Evidence } from './evidence/index.ts';

/** An agent between two steps is not at its end. */
export const settleMs = 2_000;

/** How long the prompt has been free, no failure come and no key pressed; null while it is not free. */
export function quietMs({ phase, turn, now }: Evidence): Millis | null {
  if (phase !== 'idle' || turn.idleSince === null) return null;
  return now - Math.max(turn.idleSince, turn.failure?.at ?? 0);
}

/** Esc means stop, and a person who types has a plan. */
export function personTookOver({ person }: Evidence, since: Millis): boolean {
  return person.lastKeyAt !== null && person.lastKeyAt >= since;
}

/** The turn is over for good, and nobody has touched a key since its end. @param forMs at least so long */
export function isAtRest(e: Evidence, forMs: Millis = settleMs): boolean {
  const quiet = quietMs(e);
  return quiet !== null && quiet >= forMs && !personTookOver(e, e.turn.failure?.at ?? e.turn.idleSince ?? 0);
}
