/** What a cure interrupts when it types at the agent or ends it. What the agent is told next depends on it. */
import { traitsOf } from '../detect/detector.ts';
import { disconnectPhaseOf } from '../detect/phase.ts';
import type { DisconnectPhase } from '../effects.ts';
import type { GuardState } from './state.ts';

/**
 * The phase in the terms of the recovery snapshot. Even at a free prompt a turn is unfinished if it ended in an error,
 * or if a cure of this incident ended it without getting an answer.
 */
export function cutOffPhase(state: GuardState, cause: string): DisconnectPhase {
  const { evidence: e, used, cure } = state;
  const phase = disconnectPhaseOf(e);
  if (phase !== 'between_turns') return phase;
  const cureDidNotHelp = used.cut + used.nudge > 0 || (cure?.rung === 'relaunch' && e.agent.prompted);
  return traitsOf(cause).unfinished || e.turn.failure !== null || cureDidNotHelp ? 'streaming' : phase;
}
