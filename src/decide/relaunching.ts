/** The hardest rung begins: stop the agent; `down.ts` goes on from there. */
import type { Config } from '../config/schema.ts';
import { disconnectPhaseOf } from '../detect/phase.ts';
import type { DisconnectPhase } from '../effects.ts';
import { backoff } from './backoff.ts';
import { recentRelaunches } from './budget.ts';
import type { Step } from './incident.ts';
import { pace } from './network.ts';
import type { GuardState } from './state.ts';

/** SIGTERM first; a process that spins does not hear it. */
const stopGraceMs = 2_000;

export function beginRelaunch(state: GuardState, cause: string, config: Config): Step {
  const { evidence: e } = state;
  const phase = disconnectPhaseOf(e);
  const tries = recentRelaunches(state, config).length;
  const pauseMs = tries === 0 ? 0 : backoff(tries, pace(config), 0.5);
  const stopping: GuardState = {
    ...state,
    name: 'stopping',
    since: e.now,
    cure: null,
    down: { cause, phase, prompt: unfinished(phase, cause), launchAt: e.now + pauseMs, unknownCommands: 0 },
    evidence: { ...e, historiesRepaired: e.historiesRepaired + (cause === 'broken-history' ? 1 : 0) },
  };
  return {
    state: stopping,
    effects: [{ type: 'stop', generation: e.generation, graceMs: e.exit ? 0 : stopGraceMs, phase, cause }],
  };
}

/** A turn ran, or ended without its answer. */
function unfinished(phase: DisconnectPhase, cause: string): boolean {
  return phase !== 'between_turns' || ['failed-turn', 'silent-end', 'broken-history'].includes(cause);
}
