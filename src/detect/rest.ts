/** The one rule for "quiet": how long the prompt has been free, and whether the person has touched it. */
import type { Millis } from '../events.ts';
import type { Evidence } from './evidence/index.ts';

/**
 * Since when the prompt has been free without a new failure; null while it is not free. A turn that hooks report shows
 * on the screen only a little later.
 */
export function quietSince({ phase, turn: { idleSince, failure, told } }: Evidence): Millis | null {
  if (phase !== 'idle' || idleSince === null) return null;
  return Math.max(idleSince, failure?.at ?? 0, told?.working ? told.at : 0);
}

/** How long the prompt has been free; 0 while it is not. */
export const quietMs = (e: Evidence): Millis => e.now - (quietSince(e) ?? e.now);

/**
 * Whether the person has pressed a key since. Then the guard keeps out: Esc means stop, and a person who types has a
 * plan.
 */
export function personTookOver({ person }: Evidence, since: Millis): boolean {
  return person.lastKeyAt !== null && person.lastKeyAt >= since;
}
