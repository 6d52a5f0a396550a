/**
 * Rest: nothing is pending that the mere passing of time could bring about. Until something happens a tick tells
 * nothing, so that ticks may be sparse.
 */
import type { Config } from '../config/schema.ts';
import { detect, lookAgainAt } from '../detect/detector.ts';
import { inGrace } from '../detect/evidence/clock.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import type { Phase } from '../detect/phases.ts';
import type { GuardState } from './state.ts';

/** The person's turn, or that of an agent which nobody can read. */
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

/** A turn that failed is taken up again after a pause, or after a reset; a menu at a limit is answered after a while. */
function awaitsAnything({ clock, terminal, turn, tools, wire, screen }: Evidence): boolean {
  if (inGrace(clock) || terminal.blockedSince !== null || terminal.unansweredKeyAt !== null) return true;
  if (turn.failure !== null || turn.retryAt !== null || tools.length > 0) return true;
  return wire.waiting.length > 0 || screen?.facts.dialog === 'limit-menu';
}
