/** Whether the agent asks again for an answer that it did not get. Some then ask for it in one piece. */
import { reportLagMs } from '../limits.ts';
import type { Connection } from './connection.ts';
import type { Facts } from './facts.ts';

/**
 * The conversation was sent before, and the agent has taken no step since, so that request came to nothing. After a cut
 * its patience has already been stretched. Without hooks, the step may just not have been seen.
 */
export function isRepeated({ requestAt }: Connection, { wire, turn, tools, host }: Facts): boolean {
  if (turn.told === null || host.patience > 1 || requestAt === null) return false;
  if (tools.some(({ delegates }) => delegates)) return false; // a subagent asks in steps of its own
  const steppedAt = Math.max(turn.toldAt ?? 0, wire.compactedAt ?? 0) - reportLagMs;
  return wire.conversationsBefore.some((at) => at > steppedAt && at < requestAt);
}
