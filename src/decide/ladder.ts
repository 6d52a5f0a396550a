/**
 * The ladder: which rung comes next, within what the person allows and what the budget still holds.
 */
import type { Config } from '../config/schema.ts';
import type { Rung } from '../effects.ts';
import type { Millis } from '../events.ts';
import type { GuardState } from './state.ts';

/** In-place cures used within one incident before the next rung is taken. */
const limits = { cut: 3, nudge: 2 } as const;

/** The mildest rung at or above `wanted` that is allowed now. */
export function allowed(wanted: Rung, state: GuardState, config: Config): Rung {
  if (wanted === 'wait' || wanted === 'hold') return wanted;
  const { in_place } = config.recovery;
  if (wanted === 'cut' && in_place && state.used.cut < limits.cut) return 'cut';
  const wantsInPlace = wanted === 'cut' || wanted === 'nudge';
  if (wantsInPlace && in_place && state.used.nudge < limits.nudge) return 'nudge';
  if (wanted !== 'ask' && config.network_resilience.auto_resume && withinIntensity(state, config))
    return 'relaunch';
  return 'ask';
}

/** The rung above. */
export function above(rung: Rung): Rung {
  switch (rung) {
    case 'hold':
      return 'cut';
    case 'cut':
      return 'nudge';
    case 'wait': // it was let run on, and is stopped still
    case 'nudge':
    case 'relaunch': // once more, within the restart intensity
      return 'relaunch';
    case 'ask':
      return 'ask';
  }
}

/** Restart intensity: at most `restart_limit` relaunches within `restart_window_ms`. */
export function withinIntensity(state: GuardState, config: Config): boolean {
  return recentRelaunches(state, config).length < config.recovery.restart_limit;
}

export function recentRelaunches(state: GuardState, config: Config): readonly Millis[] {
  return state.relaunches.filter((at) => state.evidence.now - at < config.recovery.restart_window_ms);
}
