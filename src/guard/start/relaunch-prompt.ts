/** The prompt on the command line of a relaunch. */
import { withLostPrompt } from '../../recover/prompt.ts';
import type { RecoverySnapshot } from '../../recover/snapshot.ts';
import type { Runtime } from '../runtime.ts';
import { promptOf, watchesCalls } from '../snapshot.ts';

/**
 * What the next agent is told. Null: nothing.
 * @param resume the conversation is on record; else it is begun anew, and nobody will find in it what was asked
 */
export function relaunchPrompt(
  runtime: Runtime,
  isInterrupted: boolean,
  lost: string | null,
  resume: boolean,
): string | null {
  if (resume) {
    if (lost === null) return isInterrupted ? promptOf(runtime, 'relaunch') : null;
    if (!isInterrupted || !hasMore(runtime.snapshot)) return lost;
    return withLostPrompt(promptOf(runtime, 'relaunch'), lost);
  }
  const asked = lost ?? (runtime.session.isCleared ? null : runtime.launch.invocation.prompt);
  if (!isInterrupted || asked === null) return lost;
  // Without a record and without hooks, a call that nobody saw may have run.
  const mayHaveActed = hasMore(runtime.snapshot) || !watchesCalls(runtime);
  return mayHaveActed ? withLostPrompt(promptOf(runtime, 'anew'), asked) : asked;
}

/** The turn left more traces than its prompt. */
const hasMore = (snapshot: RecoverySnapshot | null): boolean =>
  snapshot !== null && (snapshot.active_tool_calls.length > 0 || snapshot.partial_response_text !== null);
