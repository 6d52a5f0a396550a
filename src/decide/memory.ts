/** What later runs of the guard inherit: the healthy silences of the API's host. */
import { inTurn } from '../detect/phases.ts';
import { type Step, stay } from './incident.ts';
import type { GuardState } from './state.ts';

export const hostKnown = (state: GuardState): Step =>
  stay({ ...state, remembered: state.evidence.host.health });

/** Passes on what was learnt about the host, once the turn that taught it is over. */
export function withMemory(result: Step): Step {
  const { state } = result;
  const { health } = state.evidence.host;
  const learnt =
    health.firstByteMs > state.remembered.firstByteMs ||
    health.streamMs > state.remembered.streamMs ||
    health.pings !== state.remembered.pings;
  if (!learnt || (state.name !== 'finished' && inTurn(state.evidence.phase))) return result;
  return {
    state: { ...state, remembered: health },
    effects: [...result.effects, { type: 'remember', ...health }],
  };
}
