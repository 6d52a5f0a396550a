/** Phase: what the agent is doing, as far as the senses agree. In doubt it is one in which nothing is judged. */
import type { DisconnectPhase } from '../effects.ts';
import type { Claim } from './claims.ts';
import type { Evidence, Facts } from './evidence/index.ts';
import { type Doing, decide } from './precedence.ts';

export type Phase = 'gone' | 'suspended' | 'starting' | Doing;

/** What it does, or did until it was stopped or suspended. */
export const readDoing = (claims: readonly Claim[]): Doing | 'starting' => decide(claims) ?? 'starting';

export function readPhase(e: Facts, doing: Doing | 'starting'): Phase {
  if (e.agent.exit) return 'gone';
  return e.terminal.suspendedSince === null ? doing : 'suspended';
}

/** Whether a turn runs, as far as the senses tell, a person who is asked and a limit that is waited for set aside. */
export function turnRuns(claims: readonly Claim[], doing: Doing | 'starting'): boolean {
  const aside = doing === 'dialog' || doing === 'limit' ? decide(claims.map(ofTurn)) : doing;
  return aside !== null && aside !== 'idle' && aside !== 'starting';
}

/** A question on the screen stands in a turn; an agent that says that it is blocked says that it does not work. */
function ofTurn(claim: Claim): Claim {
  if (claim.activity !== 'dialog' && claim.activity !== 'limit') return claim;
  return { ...claim, activity: claim.sense === 'status' ? 'idle' : 'working' };
}

/** Phases in which a turn runs. */
export function inTurn(phase: Phase): boolean {
  return phase === 'working' || phase === 'tool' || phase === 'compacting' || phase === 'retrying';
}

/** Phases in which the agent waits for the API and for nothing else. */
export function listens(phase: Phase): boolean {
  return phase === 'working' || phase === 'compacting';
}

/** The phase in the terms of the recovery snapshot. */
export function disconnectPhaseOf(e: Evidence): DisconnectPhase {
  if (e.runs && e.screen?.facts.activity === 'compacting') return 'compacting';
  if (e.tools.length > 0 || e.doing === 'tool') return 'tool_execution';
  return e.runs ? 'streaming' : 'between_turns';
}
