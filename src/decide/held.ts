/** The tunnel's own cure as a verdict, so that it has an incident and a title. */
import { inTurn } from '../detect/phases.ts';
import { type Verdict, verdictOn } from '../detect/verdict.ts';
import type { GuardState } from './state.ts';

/** The tunnel holds the agent's connection: the guard only has to say so. */
export function heldVerdict({ evidence: e }: GuardState): Verdict | null {
  const [waiting] = e.wire.waiting;
  if (!waiting || !inTurn(e.phase)) return null;
  const limit = waiting.of === null ? 'as long as it takes' : `${waiting.of} attempts`;
  const { cause, host, since, id } = waiting;
  const because = [`${host} cannot be reached: ${cause}`, `the connection is held, ${limit}`];
  return verdictOn(cause === 'refused' || cause === 'reset' ? cause : 'offline', since, because, 'hold', [
    id,
  ]);
}
