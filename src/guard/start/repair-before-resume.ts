/**
 * Checks the conversation that a launch will resume, before the agent reads it. If the resume would miss most of it, it
 * is repaired first, if that brings messages back. None of this may prevent the agent's start.
 */

import { type RepairOutcome, repairFile, tidyBeside } from '../../agents/common/repair.ts';
import type { TranscriptRepairer } from '../../agents/contract/conversation.ts';
import type { AgentVersion } from '../../agents/contract/version.ts';

/**
 * @param path of the conversation that will be resumed
 * @returns a message for the person. Null: none
 */
export async function repairBeforeResume(
  path: string | null,
  repairer: TranscriptRepairer | null,
  version: AgentVersion | null,
): Promise<string | null> {
  if (path === null || repairer === null) return null;
  try {
    const original = tidyBeside(path, Date.now());
    const untold =
      original === null
        ? null
        : `The conversation was repaired by a guard that was killed before it could say so. The original is kept as ${original}.`;
    if (!(await repairer.looksBroken(path, version))) return untold;
    const options = { now: Date.now(), reconnect: false, byHand: false, version, thorough: false };
    const resultTexts = new Map<string, string>();
    const seen = await repairFile(path, repairer, { ...options, resultTexts, dryRun: true });
    if (!isWorthIt(seen)) return untold;
    const done = await repairFile(path, repairer, { ...options, resultTexts, dryRun: false });
    if (done.result !== 'repaired') return untold;
    const { before, after, backup } = done;
    const found = `only ${before?.reachable} of ${before?.total} messages would have been found`;
    return `The conversation was damaged: ${found}, now ${after?.reachable}. The original is kept as ${backup}.`;
  } catch {
    return null; // it cannot be read, and the agent will report that
  }
}

/** Whether most of the conversation would be missing, and the repair brings some of it back. */
const isWorthIt = ({ before, after }: RepairOutcome): boolean =>
  before !== null &&
  after !== null &&
  before.reachable * 2 < before.total &&
  after.reachable > before.reachable;
