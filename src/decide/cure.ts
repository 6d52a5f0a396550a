import type { Rung } from '../effects.ts';
import type { Cure, GuardState } from './state.ts';

/**
 * Records that a cure has begun. A guard that asked the person and has a cure again no longer asks.
 * @param waitMs how long its stage, or its proof, may take; null: no limit
 */
export function withCure(
  state: GuardState,
  rung: Rung,
  cause: string,
  waitMs: number | null,
  stage: Cure['stage'] = 'verify',
): GuardState {
  const at = state.evidence.now;
  const deadline = waitMs === null ? null : at + waitMs;
  const isAnswered = state.name === 'asking' && rung !== 'ask';
  const next: GuardState = isAnswered ? { ...state, name: 'watching', since: at } : state;
  return { ...next, cure: { rung, class: cause, at, stage, deadline, yielded: 0 } };
}

/** Counts a cure that is not tried twice on the same conversation. */
export function counted(
  state: GuardState,
  what: 'compactionsCured' | 'historiesRepaired',
): GuardState['evidence'] {
  const { conversation } = state.evidence;
  return { ...state.evidence, conversation: { ...conversation, [what]: conversation[what] + 1 } };
}
