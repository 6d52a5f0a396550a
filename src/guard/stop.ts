/**
 * Stops the agent. First its descendants are recorded, because its tools survive it (lab notes §0.8), and the snapshot
 * is written to disk. Then the process tree is stopped and the terminal is restored. Nothing is killed unless the
 * snapshot could be saved.
 */
import { existsSync } from 'node:fs';
import { repairFile } from '../agents/common/repair.ts';
import type { Finding } from '../agents/contract/conversation.ts';
import type { Effect } from '../effects.ts';
import { stopAll, stopTree } from '../platform/process-tree.ts';
import type { RecoverySnapshot } from '../recover/snapshot.ts';
import { saveSnapshot, snapshotPath } from '../recover/store.ts';
import type { Agent } from './agent.ts';
import type { Body } from './body.ts';
import type { Conversation } from './conversation.ts';
import { endingOf } from './ending.ts';
import type { Run } from './run.ts';
import { findSession } from './session.ts';
import { isUnanswered, resultTextOf, takeSnapshot } from './snapshot.ts';
import { otherIn } from './start/second-writer.ts';

type Stop = Extract<Effect, { type: 'stop' }>;

/** Time for a tool that the agent leaves behind to clean up. */
const leftoverGraceMs = 1_000;

/**
 * Emits `stop.refused` if another agent is in the conversation, because this one could not be started again. Otherwise
 * emits `saved` and, if that went well, `stop.done` once the agent's process is gone. Rejects if none of that is
 * possible.
 */
export async function stopAgent(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  body: Body,
  effect: Stop,
): Promise<void> {
  const { emit } = run;
  await findSession(run, agent, conversation); // the file may have been written since the last look
  const other = agent.process === null ? null : await otherIn(run, conversation, agent.process.pid);
  if (other !== null) {
    emit({ type: 'stop.refused', detail: other });
    return;
  }
  const running = agent.process?.generation === effect.generation ? agent.process : null;
  if (running) agent.kin.look(running.pid);
  const kin = agent.kin.last();
  const unanswered = effect.phase === 'between_turns' && (await isUnanswered(run, conversation, body));
  const at = unanswered ? { ...effect, phase: 'streaming' as const } : effect;
  const look = async () => {
    conversation.interrupted(await takeSnapshot(run, agent, conversation, body, at));
    return conversation.snapshot;
  };

  const before = await look();
  const path = pathOf(conversation);
  if (before && path) {
    const saved = await saveSnapshot(path, before);
    const unknownCommands = before.active_tool_calls.filter(
      ({ risk, status }) => risk === 'command' && (status === 'started' || status === 'unknown'),
    ).length;
    const failed = saved.ok ? {} : { detail: saved.detail, ...(!running && { goesOn: true as const }) };
    emit({ type: 'saved', ok: saved.ok, unknownCommands, ...(unanswered && { unanswered }), ...failed });
    if (!saved.ok && running) return;
  }
  if (running) body.detach(); // the screen is about to be another agent's
  const ending = endingOf(run, agent, conversation, kin);
  await stopTree(ending(), { graceMs: effect.graceMs });
  await agent.gone;
  const left = await stopAll(ending, { graceMs: leftoverGraceMs });
  // A tool may have ended while it was being stopped, and the next agent must be told what is on disk now.
  const after = (await look()) ?? before;
  const afterPath = pathOf(conversation);
  if (after && afterPath) await saveSnapshot(afterPath, after); // if that fails, the first one is there
  conversation.repaired(await mend(run, agent, conversation, after));
  emit({ type: 'stop.done', generation: effect.generation, left });
}

/** Where the snapshot of the present conversation belongs. Null: the conversation has no file. */
function pathOf({ id, transcriptPath }: Conversation): string | null {
  return transcriptPath && id ? snapshotPath(transcriptPath, id) : null;
}

/**
 * Repairs the conversation's file once nobody writes to it. The next agent would refuse a damaged file, or lose part of
 * it.
 * @returns what has changed in the conversation's content
 */
async function mend(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  snapshot: RecoverySnapshot | null,
): Promise<readonly Finding[]> {
  const { emit } = run;
  const { doctor } = run.launch.adapter;
  const { transcriptPath } = conversation;
  if (!doctor || transcriptPath === null || !existsSync(transcriptPath)) return [];
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
  const outcome = await repairFile(transcriptPath, doctor, options);
  const failure = doctor.takeFailure();
  if (failure !== null) emit({ type: 'sensor.failed', sensor: 'guard', detail: failure });
  if (outcome.result === 'healthy') return [];
  const repairs = outcome.findings.reduce((sum, { count }) => sum + count, 0);
  const ok = outcome.result === 'repaired';
  emit({ type: 'repaired', ok, repairs, ...('detail' in outcome && { detail: outcome.detail }) });
  return ok ? outcome.findings.filter(({ altersContent }) => altersContent) : [];
}
