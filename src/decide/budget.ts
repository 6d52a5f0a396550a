/**
 * Budgets: no loop of the guard's can run away. In-place cures are limited per incident. All cures together are limited
 * per hour and between two inputs of the person. Relaunches have a limit of their own as well (N in a window).
 */
import type { Config } from '../config/schema.ts';
import type { Millis } from '../events.ts';
import { type GuardState, noUses, type Uses } from './state.ts';

/** Uses per incident; after these the next rung is taken. */
export const perIncident = { cut: 3, nudge: 2 } as const;

/** Uses between two inputs of the person. A night of flapping network needs dozens of cuts, a broken agent none. */
export const perInput: Uses = { cut: 60, nudge: 24, relaunch: 12 };

const perHour = 40;
const hourMs = 3_600_000;

/** Whether one more use of this cure is within every budget. */
export function affordable(cure: keyof Uses, state: GuardState, config: Config): boolean {
  if (state.spent[cure] >= perInput[cure] || lastHour(state).length >= perHour) return false;
  if (cure === 'relaunch') return recentRelaunches(state, config).length < config.recovery.restart_limit;
  return state.used[cure] < perIncident[cure];
}

/** Records one use. */
export function spend(cure: keyof Uses, state: GuardState): GuardState {
  const more = (uses: Uses): Uses => ({ ...uses, [cure]: uses[cure] + 1 });
  return {
    ...state,
    used: more(state.used),
    spent: more(state.spent),
    acted: [...lastHour(state), state.evidence.now],
  };
}

/** The person, or the host, has submitted something, so the count starts anew. */
export function replenish(state: GuardState): GuardState {
  return state.spent === noUses && state.asked === 0 ? state : { ...state, spent: noUses, asked: 0 };
}

/** Relaunches within `restart_window_ms`. */
export function recentRelaunches(state: GuardState, config: Config): readonly Millis[] {
  return state.relaunches.filter((at) => state.evidence.now - at < config.recovery.restart_window_ms);
}

/** One resume is worth a try. What takes all the memory again soon after would go on to do so. */
export const ranOutOfMemoryLately = ({ outOfMemoryAt, evidence }: GuardState): boolean =>
  outOfMemoryAt !== null && evidence.now - outOfMemoryAt < hourMs;

function lastHour(state: GuardState): readonly Millis[] {
  return state.acted.filter((at) => state.evidence.now - at < hourMs);
}
