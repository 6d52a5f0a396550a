/** The ladder: which rung comes next, within what the person allows and what is left of the budgets. */
import type { Config } from '../config/schema.ts';
import type { Rung } from '../effects.ts';
import { affordable } from './budget.ts';
import type { GuardState } from './state.ts';

/** The class of an incident that a person has begun by asking for a cure. */
export const askedFor = (command: 'nudge' | 'relaunch') => `asked-${command}` as const;

/** Why no nudge can be typed; null: one can. */
export const whyNoNudge = ({ evidence: { agent } }: GuardState): string | null =>
  agent.unattended ? 'an agent in pipes takes no keys' : null;

/**
 * Why no other agent can continue; null: one can. Once the answer has been delivered, the agent can be ended without
 * another one to follow.
 */
export const whyNoRelaunch = ({ evidence: { agent } }: GuardState): string | null =>
  agent.deliveredAt === null ? agent.noRelaunch : null;

/** The mildest rung at or above `wanted` that is allowed now. */
export function allowed(wanted: Rung, state: GuardState, config: Config): Rung {
  if (wanted === 'wait' || wanted === 'hold') return wanted;
  const { in_place } = config.recovery;
  if (wanted === 'cut' && in_place && affordable('cut', state, config)) return 'cut';
  const wantsInPlace = wanted === 'cut' || wanted === 'nudge';
  if (wantsInPlace && in_place && whyNoNudge(state) === null && affordable('nudge', state, config))
    return 'nudge';
  const mayRelaunch =
    whyNoRelaunch(state) === null &&
    config.network_resilience.auto_resume &&
    affordable('relaunch', state, config);
  return wanted !== 'ask' && mayRelaunch ? 'relaunch' : 'ask';
}

export function nextRung(rung: Rung): Rung {
  switch (rung) {
    case 'hold':
      return 'cut';
    case 'cut':
      return 'nudge';
    case 'wait': // told to continue, and still stopped
    case 'nudge':
    case 'relaunch': // once more, within `restart_limit`
      return 'relaunch';
    case 'ask':
      return 'ask';
  }
}
