/**
 * Checks the conversation that a launch will resume, before the agent reads it. If the resume would miss most of it, it
 * is repaired first. None of this may prevent the agent's start.
 */

import { repairFile, tidyBeside } from '../../agents/common/repair.ts';
import type { TranscriptDoctor } from '../../agents/contract/conversation.ts';
import type { AgentVersion } from '../../agents/contract/version.ts';

/**
 * @param path of the conversation that will be resumed
 * @returns a message for the person. Null: none
 */
export async function repairBeforeResume(
  path: string | null,
  doctor: TranscriptDoctor | null,
  version: AgentVersion | null,
): Promise<string | null> {
  if (path === null || doctor === null) return null;
  try {
    const original = tidyBeside(path, Date.now());
    const untold =
      original === null
        ? null
        : `The conversation was repaired by a guard that was killed before it could say so. The original is kept as ${original}.`;
    if (!(await doctor.looksBroken(path, version))) return untold;
    const options = { now: Date.now(), reconnect: false, byHand: false, version, thorough: false };
    const resultTexts = new Map<string, string>();
    const seen = await repairFile(path, doctor, { ...options, resultTexts, dryRun: true });
    if (seen.before === null || seen.before.reachable * 2 >= seen.before.total) return untold;
    const done = await repairFile(path, doctor, { ...options, resultTexts, dryRun: false });
    if (done.result !== 'repaired') return untold;
    const { before, after, backup } = done;
    const found = `only ${before?.reachable} of ${before?.total} messages would have been found`;
    return `The conversation was damaged: ${found}, now ${after?.reachable}. The original is kept as ${backup}.`;
  } catch {
    return null; // it cannot be read, and the agent will report that
  }
}
