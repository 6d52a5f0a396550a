import type { ScreenFacts } from '../events.ts';

/** What a living agent is doing. `working`: it waits for the API. */
export type Doing = 'idle' | 'dialog' | 'limit' | 'retrying' | 'compacting' | 'tool' | 'working';

export type Phase = 'gone' | 'suspended' | 'starting' | Doing;

/** Phases in which a turn runs. */
export function inTurn(phase: Phase): boolean {
  return phase === 'working' || phase === 'tool' || phase === 'compacting' || phase === 'retrying';
}

/**
 * Whether the agent is in a turn, given whether it was. In a phase that neither runs a turn nor ends one (somebody is
 * asked, a usage limit, nothing that can be read) it still is.
 */
export const isStillInTurn = (was: boolean, phase: Phase): boolean =>
  inTurn(phase) || (was && phase !== 'idle' && phase !== 'gone');

/** What a readable screen shows during a turn. A screen that cannot be read is no witness. */
export const turnActivities: readonly ScreenFacts['activity'][] = [
  'busy',
  'waiting',
  'retrying',
  'compacting',
  'tool',
];

/** Phases in which the agent waits for the API alone. */
export function listens(phase: Phase): boolean {
  return phase === 'working' || phase === 'compacting';
}
