/** Phase: what the agent is doing, as far as the senses agree. In doubt the phase is one in which nothing is judged. */
import type { DisconnectPhase } from '../effects.ts';
import type { Claim } from './claim.ts';
import type { Evidence, Facts } from './evidence/facts.ts';
import { runsOnAfter } from './evidence/screen.ts';
import { reportLagMs } from './limits.ts';
import type { Doing, Phase } from './phases.ts';
import { decide } from './precedence.ts';

/** What the agent does, or did until it was stopped or suspended. */
export const readDoing = (claims: readonly Claim[]): Doing | 'starting' => decide(claims) ?? 'starting';

export function readPhase(e: Facts, doing: Doing | 'starting'): Phase {
  if (e.agent.exit) return 'gone';
  return e.terminal.suspendedSince === null ? doing : 'suspended';
}

/** Whether a turn runs, as far as the senses tell. A dialog and a usage limit are ignored. */
export function turnRuns(claims: readonly Claim[], doing: Doing | 'starting'): boolean {
  const aside = doing === 'dialog' || doing === 'limit' ? decide(claims.map(asTurnClaim)) : doing;
  return aside !== null && aside !== 'idle' && aside !== 'starting';
}

/**
 * A question on the screen belongs to a turn. An agent that reports itself as blocked reports that it does not work.
 */
function asTurnClaim(claim: Claim): Claim {
  if (claim.activity !== 'dialog' && claim.activity !== 'limit') return claim;
  return { ...claim, activity: claim.sense === 'status' ? 'idle' : 'working' };
}

/** Whether ending the agent, or typing a prompt, would interrupt anything. */
export const isAtWork = ({ runs, tools }: Evidence): boolean => runs || tools.length > 0;

/** The phase in the terms of the recovery snapshot. */
export function disconnectPhaseOf(e: Evidence): DisconnectPhase {
  if (e.runs && e.screen?.facts.activity === 'compacting') return 'compacting';
  if (e.tools.length > 0) return 'tool_execution';
  // Only a turn asks for a permission, also where the agent reports nothing but that it waits for the person.
  if (e.screen?.facts.dialog === 'permission') return 'streaming';
  if (!e.runs || hasItsAnswer(e)) return 'between_turns';
  return e.doing === 'tool' ? 'tool_execution' : 'streaming';
}

/**
 * Hooks have reported the end of the turn, its whole answer is on record, and nothing was asked since. Then the turn is
 * over, even if the input box is not free yet. A hook of the person's that runs after that may make the agent go on.
 */
function hasItsAnswer({ turn, wire, sample, screen }: Evidence): boolean {
  const { told, answer } = turn;
  if (!told || told.working || !answer || answer.cutShort || turn.failure) return false;
  if (runsOnAfter(screen, told.at)) return false;
  const isHooked =
    sample !== null &&
    sample.at > told.at &&
    (sample.workers > 0 || (sample.helperSince ?? 0) > told.at - reportLagMs);
  return !isHooked && (wire.lastRequestAt ?? 0) <= told.at + reportLagMs;
}
