/** The ladder: which rung comes next, within what the person allows and what is left of the budgets. */
import type { Config } from '../config/schema.ts';
import type { Rung } from '../effects.ts';
import { affordable } from './budget.ts';
import type { GuardState } from './state.ts';

/** The mildest rung at or above `wanted` that is allowed now. */
export function allowed(wanted: Rung, state: GuardState, config: Config): Rung {
  if (wanted === 'wait' || wanted === 'hold') return wanted;
  const { in_place } = config.recovery;
  if (wanted === 'cut' && in_place && affordable('cut', state, config)) return 'cut';
  const wantsInPlace = wanted === 'cut' || wanted === 'nudge';
  const canType = !state.evidence.agent.unattended;
  if (wantsInPlace && in_place && canType && affordable('nudge', state, config)) return 'nudge';
  const { noRelaunch, deliveredAt } = state.evidence.agent;
  // Once the answer has been delivered, the agent can be ended without another one to follow.
  const canRelaunch = noRelaunch === null || deliveredAt !== null;
  const mayRelaunch =
    canRelaunch && config.network_resilience.auto_resume && affordable('relaunch', state, config);
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
