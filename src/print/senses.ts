/** The senses of print mode: those of an interactive session without the ones that need a terminal. */
import { commonSenses, type Senses, together } from '../act/common-senses.ts';
import type { Observation } from '../events.ts';
import type { PrintRun } from './run.ts';

export function openPrintSenses(run: PrintRun): Senses {
  const common = commonSenses(run, (observation) => keeps(run, observation));
  return { ...common, ...together(common.sensors, run.emit) };
}

/**
 * Hooks tell of the end of a turn, but in print mode the turn is over when the answer is printed; and nobody can
 * answer what they say a person is needed for.
 */
function keeps(run: PrintRun, observation: Observation): boolean {
  if (observation.type === 'turn.ended') run.toldFailure = observation.failure ?? null;
  return !['turn.ended', 'session.ended', 'person.needed'].includes(observation.type);
}
