/** What was cut off when a cure interrupts or ends the agent: the next words to it depend on it. */
import { traitsOf } from '../detect/detector.ts';
import { disconnectPhaseOf } from '../detect/phase.ts';
import type { DisconnectPhase } from '../effects.ts';
import type { GuardState } from './state.ts';

/**
 * The phase in the terms of the recovery snapshot. At a free prompt a turn is unfinished all the same where it ended in
 * an error, or where a cure of this incident has ended it and not brought it back.
 */
export function cutOffPhase(state: GuardState, cause: string): DisconnectPhase {
  const { evidence: e, used, cure } = state;
  const phase = disconnectPhaseOf(e);
  if (phase !== 'between_turns') return phase;
  const curedInVain = used.cut + used.nudge > 0 || (cure?.rung === 'relaunch' && e.agent.prompted);
  return traitsOf(cause).unfinished || e.turn.failure !== null || curedInVain ? 'streaming' : phase;
}
