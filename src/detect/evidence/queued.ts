/**
 * A message for the queue of the running turn. Some agents report it as they report a prompt, as soon as it is sent
 *, but it is no step of theirs: nothing ends, and nothing begins.
 */
import type { Event } from '../../events.ts';
import type { Evidence } from './facts.ts';
import { ofMainTurn } from './tools.ts';

/** A call that is open stands for the turn: none stays open when a turn ends, or when the person stops it. */
export function isForQueue({ turn, tools, person }: Evidence, event: Event): boolean {
  if (event.type !== 'turn.started' || !turn.told?.working) return false;
  const since = Math.max(turn.workingSince ?? Number.POSITIVE_INFINITY, person.lastInterruptAt ?? 0);
  return ofMainTurn(tools).some(({ startedAt }) => startedAt >= since);
}
