/** What a stop does with the conversation's file once its agent is gone. */
import { existsSync } from 'node:fs';
import { repairFile } from '../agents/common/repair.ts';
import type { Finding } from '../agents/contract/conversation.ts';
import type { RecoverySnapshot } from '../recover/snapshot.ts';
import type { Agent } from './agent.ts';
import type { Conversation } from './conversation.ts';
import type { Run } from './run.ts';
import { resultTextOf } from './snapshot.ts';
import { otherIn } from './start/second-writer.ts';

/**
 * Repairs the conversation's file if nobody else is in it. The next agent would refuse a damaged file, or lose part of
 * it.
 * @returns what has changed in the conversation's content
 */
export async function mend(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  snapshot: RecoverySnapshot | null,
): Promise<readonly Finding[]> {
  const { emit } = run;
  const { repairer } = run.launch.adapter;
  const { transcriptPath } = conversation;
  if (!repairer || transcriptPath === null || !existsSync(transcriptPath)) return [];
  try {
    // Nor will a next agent be started then.
    if ((await otherIn(run, conversation, agent.process?.pid ?? null)) !== null) return [];
  } catch (error) {
    // Somebody may be in it. The agent is gone, so the stop is done all the same.
    const reason = error instanceof Error ? error.message : String(error);
    emit({ type: 'sensor.failed', sensor: 'guard', detail: `not repaired: ${reason}` });
    return [];
  }
  const calls = snapshot?.active_tool_calls ?? [];
  const options = {
    now: Date.now(),
    reconnect: false, // the person may have wanted to start anew
    byHand: false,
    version: agent.program.version,
    thorough: false,
    dryRun: false,
    resultTexts: new Map(
      calls.map((call) => [call.tool_use_id, resultTextOf(run, agent, conversation, call)]),
    ),
  };
  const outcome = await repairFile(transcriptPath, repairer, options);
  const failure = repairer.takeFailure();
  if (failure !== null) emit({ type: 'sensor.failed', sensor: 'guard', detail: failure });
  if (outcome.result === 'healthy') return [];
  const repairs = outcome.findings.reduce((sum, { count }) => sum + count, 0);
  const ok = outcome.result === 'repaired';
  emit({ type: 'repaired', ok, repairs, ...('detail' in outcome && { detail: outcome.detail }) });
  return ok ? outcome.findings.filter(({ altersContent }) => altersContent) : [];
}
