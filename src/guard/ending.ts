/** Which processes end with the agent of this run. */
import type { ProcessIdentity } from '../platform/process-identity.ts';
import type { Agent } from './agent.ts';
import type { Conversation } from './conversation.ts';
import { endingWith, type Kin } from './kin.ts';
import type { Run } from './run.ts';

/**
 * @returns a function that lists those still alive, anew at each call
 * @param kin the agent's processes as they were last seen; null: they were never looked at, so none is ended
 */
export function endingOf(
  { launch, paths }: Run,
  { hooks }: Agent,
  { ledger, isInTurn }: Conversation,
  kin: Kin | null,
): () => readonly ProcessIdentity[] {
  if (kin === null) return () => [];
  // Hooks report a turn and a call before they run. Without hooks, a call may be open at any time. The person's own
  // hooks may run whenever a turn does, and may still be running after a call has ended.
  const inCall = !hooks.heard() || ledger.calls().some(({ status }) => status === 'started');
  const openIn = inCall || isInTurn ? paths.run : null;
  return endingWith(kin, { outlives: launch.adapter.outlives, openIn, inCall });
}
