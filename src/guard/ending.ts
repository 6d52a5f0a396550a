/** Which processes end with the agent of this run. */
import type { ProcessIdentity } from '../platform/process-identity.ts';
import type { Agent } from './agent.ts';
import type { Conversation } from './conversation.ts';
import { endingWith, type Kin } from './kin.ts';
import type { Run } from './run.ts';

/**
 * Lists those that still live, anew at each call.
 * @param kin the agent's processes as they were last seen; null: they were never looked at, so none is ended
 */
export function endingOf(
  { launch, paths }: Run,
  { hooks }: Agent,
  { ledger }: Conversation,
  kin: Kin | null,
): () => readonly ProcessIdentity[] {
  if (kin === null) return () => [];
  // Hooks report a call before it runs. Without hooks a call may always be open. After a call has ended, one of the
  // person's hooks may still run.
  const isOpen = !hooks.heard() || ledger.calls().length > 0;
  return endingWith(kin, { outlives: launch.adapter.outlives, openIn: isOpen ? paths.run : null });
}
