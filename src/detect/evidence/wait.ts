/** When a wait for the API began that shows only now. */
import type { Millis } from '../../events.ts';
import { claimsOf } from '../claims.ts';
import { reportLagMs } from '../limits.ts';
import type { Facts } from './facts.ts';

/** Without hooks, the end of a tool shows this late: processes and the record are looked at now and then. */
const lateMs = 5_000;

/**
 * Where no hook reports the end of a tool, the turn's next request, which goes up at once, may be seen before it. Then
 * the wait began with that request.
 * @param before the facts before this event
 * @param toldAt when what this event tells was written down
 */
export function waitBeganAt(before: Facts, { turn, tools, wire, now }: Facts, toldAt: Millis): Millis {
  const { told, workingSince } = turn;
  const seenAt = claimsOf(before).flatMap(({ activity, since }) => (activity === 'tool' ? [since] : []));
  const isUntold = told === null && tools.length === 0 && seenAt.length > 0;
  if (!isUntold || workingSince === null) return toldAt;
  const askedAt = wire.wholeAt.at(-1) ?? 0;
  const isNext = askedAt > Math.max(workingSince, ...seenAt) - reportLagMs && now - askedAt < lateMs;
  return isNext ? askedAt : toldAt;
}
