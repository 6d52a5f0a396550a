/**
 * Stops the agent: descendants on record first (its tools survive it, lab notes §0.8), the snapshot on disk, then the
 * process tree, then the terminal as it was. Nothing is killed while the snapshot could not be saved.
 */
import { existsSync } from 'node:fs';
import { repairFile } from '../agents/common/repair.ts';
import type { Finding } from '../agents/contract/conversation.ts';
import { stopTree } from '../platform/process-tree.ts';
import type { ActiveToolCall, RecoverySnapshot } from '../recover/snapshot.ts';
import { saveSnapshot, snapshotPath } from '../recover/store.ts';
import type { Agent } from './agent.ts';
import type { Body } from './body.ts';
import type { Conversation } from './conversation.ts';
import { endingOf } from './ending.ts';
import type { Run } from './run.ts';

/** A tool that was left alone by the agent's end may clean up. */
const leftoverGraceMs = 1_000;

export interface StopPlan {
  readonly generation: number;
  readonly graceMs: number;
  /** Takes a snapshot of the work in flight; asked before the kill, and once more when nothing runs any more. */
  look(): Promise<RecoverySnapshot | null>;
  /** What the conversation file shall say of an interrupted call; null: general words. */
  resultText(call: ActiveToolCall): string | null;
}

/** Emits `saved` and, if that went well, `stop.done` once the agent's process is gone. */
export async function stop(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  body: Body,
  plan: StopPlan,
): Promise<void> {
  const { emit } = run;
  const running = agent.process?.generation === plan.generation ? agent.process : null;
  if (running) agent.kin.look(running.pid);
  const kin = agent.kin.last();

  const before = await plan.look();
  const path = pathOf(conversation);
  if (before && path) {
    const saved = await saveSnapshot(path, before);
    const unknownCommands = before.active_tool_calls.filter(
      ({ risk, status }) => risk === 'command' && (status === 'started' || status === 'unknown'),
    ).length;
    const failed = saved.ok ? {} : { detail: saved.detail, ...(!running && { goesOn: true as const }) };
    emit({ type: 'saved', ok: saved.ok, unknownCommands, ...failed });
    if (!saved.ok && running) return;
  }
  if (running) body.detach(); // its last words are not for a screen that is about to be another agent's
  const ending = endingOf(run, agent, conversation, kin);
  await stopTree(ending(), { graceMs: plan.graceMs });
  await agent.gone;
  const left = await stopTree(ending(), { graceMs: leftoverGraceMs });
  // A tool may have come to its end while it was stopped: what is told must be what is on disk now.
  const after = (await plan.look()) ?? before;
  const afterPath = pathOf(conversation);
  if (after && afterPath) await saveSnapshot(afterPath, after); // if not: the one from before is there
  conversation.repaired(await mend(run, agent, conversation, after?.active_tool_calls ?? [], plan));
  emit({ type: 'stop.done', generation: plan.generation, left });
}

/** Where the snapshot of the present session belongs; null where its conversation has no file. */
function pathOf({ id, transcriptPath }: Conversation): string | null {
  return transcriptPath && id ? snapshotPath(transcriptPath, id) : null;
}

/**
 * The conversation file, now that nobody writes it: damage would be refused, or lose what was said.
 * @returns what has changed of what was said
 */
async function mend(
  { launch, emit }: Run,
  agent: Agent,
  { transcriptPath }: Conversation,
  calls: readonly ActiveToolCall[],
  plan: StopPlan,
): Promise<readonly Finding[]> {
  const { doctor } = launch.adapter;
  if (!doctor || transcriptPath === null || !existsSync(transcriptPath)) return [];
  const options = {
    now: Date.now(),
    reconnect: false, // to start anew may be what the person wanted
    byHand: false,
    version: agent.program.version,
    thorough: false,
    dryRun: false,
    resultTexts: textsFor(calls, plan),
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

const textsFor = (calls: readonly ActiveToolCall[], plan: StopPlan): ReadonlyMap<string, string> =>
  new Map(
    calls.flatMap((call) => {
      const text = plan.resultText(call);
      return text === null ? [] : [[call.tool_use_id, text]];
    }),
  );
