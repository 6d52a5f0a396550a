/** Who ends with the agent of this run. */
import type { ProcessIdentity } from '../platform/process-identity.ts';
import type { Agent } from './agent.ts';
import type { Conversation } from './conversation.ts';
import { endingWith, type Kin } from './kin.ts';
import type { Run } from './run.ts';

/**
 * A list of the living among them, anew at each call.
 * @param kin the agent's processes as they were last seen; null: nobody has looked, and nobody is ended
 */
export function endingOf(
  { launch, paths }: Run,
  { hooks }: Agent,
  { ledger }: Conversation,
  kin: Kin | null,
): () => readonly ProcessIdentity[] {
  if (kin === null) return () => [];
  // Hooks tell of a call before it runs; without them one may always have been open. Of a call that has ended a hook
  // of the person's may still run.
  const isOpen = !hooks.heard() || ledger.calls().length > 0;
  return endingWith(kin, { outlives: launch.adapter.outlives, openIn: isOpen ? paths.run : null });
}
