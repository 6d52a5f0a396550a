/**
 * Asks every signature, in order of trust, and returns the first verdict. The order matters: what the process shows
 * comes before what the wire shows, because a stuck process makes every other sense stale.
 */
import type { Config } from '../config/schema.ts';
import { inGrace } from './evidence/clock.ts';
import type { Evidence } from './evidence/index.ts';
import { brokenHistory, unknownRefusal } from './signatures/broken-history.ts';
import { crashedScreen } from './signatures/crashed-screen.ts';
import { deadStream, noFirstByte } from './signatures/dead-connection.ts';
import { endlessResponse } from './signatures/endless-response.ts';
import { deafInput, frozenUi, stopped } from './signatures/frozen-ui.ts';
import { lingering } from './signatures/lingering.ts';
import { memoryRunaway } from './signatures/memory-runaway.ts';
import { neverAsked } from './signatures/never-asked.ts';
import { overdueTool } from './signatures/overdue-tool.ts';
import { silentScreen } from './signatures/silent-screen.ts';
import { spinning } from './signatures/spinning.ts';
import { stuckCompaction } from './signatures/stuck-compaction.ts';
import { cutShort, failedTurn, silentEnd } from './signatures/turn-ended.ts';
import type { Signature, Verdict } from './verdict.ts';

/** The one table of signatures; it feeds detection, documentation and tests. */
export const signatures: readonly Signature[] = [
  stopped,
  memoryRunaway,
  crashedScreen,
  frozenUi,
  deafInput,
  spinning,
  lingering,
  deadStream,
  noFirstByte,
  neverAsked,
  silentScreen,
  stuckCompaction,
  overdueTool,
  endlessResponse,
  brokenHistory,
  unknownRefusal,
  failedTurn,
  silentEnd,
  cutShort,
];

/** The strongest verdict on the evidence, or null when nothing is wrong as far as can be told. */
export function detect(e: Evidence, config: Config): Verdict | null {
  if (!config.network_resilience.enabled || inGrace(e.clock)) return null;
  for (const signature of signatures) {
    if (signature.needsTerminal && e.agent.unattended) continue;
    if (!signature.evenUnread && e.terminal.blockedSince !== null) continue;
    const verdict = signature.test(e, config);
    if (verdict) return verdict;
  }
  return null;
}
