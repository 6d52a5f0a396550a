/** The strongest rung begins: it stops the agent. `down.ts` goes on from there. */
import type { Config } from '../config/schema.ts';
import { traitsOf } from '../detect/detector.ts';
import { backoff } from './backoff.ts';
import { recentRelaunches } from './budget.ts';
import { counted } from './cure.ts';
import { cutOffPhase } from './cut-off.ts';
import type { Step } from './incident.ts';
import { pace } from './network.ts';
import type { GuardState } from './state.ts';

/** Time after SIGTERM before SIGKILL: a spinning process does not react to SIGTERM. */
const stopGraceMs = 2_000;

export function beginRelaunch(state: GuardState, cause: string, config: Config): Step {
  const { evidence: e } = state;
  const phase = cutOffPhase(state, cause);
  const tries = recentRelaunches(state, config).length;
  const pauseMs = tries === 0 ? 0 : backoff(tries, pace(config), 0.5);
  const stopping: GuardState = {
    ...state,
    name: 'stopping',
    since: e.now,
    cure: null,
    down: { cause, phase, prompt: phase !== 'between_turns', launchAt: e.now + pauseMs, unknownCommands: 0 },
    evidence: traitsOf(cause).needsRepair ? counted(state, 'historiesRepaired') : e,
  };
  return {
    state: stopping,
    effects: [
      { type: 'stop', generation: e.agent.generation, graceMs: e.agent.exit ? 0 : stopGraceMs, phase, cause },
    ],
  };
}
