/**
 * Rest: nothing is pending that could become due by time alone. Until something happens, ticks tell the core nothing,
 * so they may be sparse.
 */
import type { Config } from '../config/schema.ts';
import { detect, lookAgainAt } from '../detect/detector.ts';
import { inGrace } from '../detect/evidence/clock.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import type { Phase } from '../detect/phases.ts';
import type { GuardState } from './state.ts';

/** It is the person's turn, or no sense can tell yet what the agent does. */
const calm: readonly Phase[] = ['idle', 'dialog', 'starting'];

export function isAtRest(state: GuardState, config: Config): boolean {
  const { name, incident, cure, probing, evidence: e } = state;
  if (name !== 'watching' || incident !== null || cure !== null || probing !== null) return false;
  return (
    calm.includes(e.phase) &&
    !awaitsAnything(e) &&
    detect(e, config) === null &&
    lookAgainAt(e, config) === null
  );
}

/** A failed turn is resumed after a pause or a reset of the limit; a menu at a limit is answered after a while. */
function awaitsAnything({ clock, terminal, turn, tools, wire, screen }: Evidence): boolean {
  if (inGrace(clock) || terminal.blockedSince !== null || terminal.unansweredKeyAt !== null) return true;
  if (turn.failure !== null || turn.retryAt !== null || tools.length > 0) return true;
  return wire.waiting.length > 0 || screen?.facts.dialog === 'limit-menu';
}
