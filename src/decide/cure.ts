/** Noting a cure that now has to prove that it helped. */
import type { Rung } from '../effects.ts';
import type { GuardState } from './state.ts';

export function withCure(state: GuardState, rung: Rung, cause: string, waitMs: number | null): GuardState {
  const at = state.evidence.now;
  return {
    ...state,
    cure: {
      rung,
      class: cause,
      at,
      stage: 'verify',
      deadline: waitMs === null ? null : at + waitMs,
      yielded: 0,
    },
  };
}
