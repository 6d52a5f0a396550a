/** The one rule of "quiet for": a free prompt at which nothing has happened for a while, neither to the agent nor by the person. */
import type { Millis } from '../events.ts';
import type { Evidence } from './evidence/index.ts';

/** Since when the prompt has been free and no failure has come; null while it is not free. */
export function quietSince({ phase, turn }: Evidence): Millis | null {
  if (phase !== 'idle' || turn.idleSince === null) return null;
  return Math.max(turn.idleSince, turn.failure?.at ?? 0);
}

/** How long it has been free; 0 while it is not. */
export const quietMs = (e: Evidence): Millis => e.now - (quietSince(e) ?? e.now);

/** Esc means stop, and a person who types has a plan. */
export function personTookOver({ person }: Evidence, since: Millis): boolean {
  return person.lastKeyAt !== null && person.lastKeyAt >= since;
}
