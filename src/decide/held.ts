/** The tunnel's own cure as a verdict, so that it has an incident and a title. */
import { inTurn } from '../detect/phase.ts';
import type { Verdict } from '../detect/verdict.ts';
import type { GuardState } from './state.ts';

/** The tunnel holds the agent's connection: nothing to do but to say so. */
export function heldVerdict({ evidence: e }: GuardState): Verdict | null {
  const [waiting] = e.wire.waiting;
  if (!waiting || !inTurn(e.phase)) return null;
  const limit = waiting.of === null ? 'as long as it takes' : `${waiting.of} attempts`;
  return {
    class: waiting.cause === 'refused' || waiting.cause === 'reset' ? waiting.cause : 'offline',
    since: waiting.since,
    because: [`${waiting.host} cannot be reached: ${waiting.cause}`, `the connection is held, ${limit}`],
    cure: 'hold',
    connections: [waiting.id],
  };
}
