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
import type { Pty } from '../terminal/pty.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { claimsOf, endingWith } from './kin.ts';
import type { Runtime } from './runtime.ts';

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

/** What stopping needs of a run: the run itself and no copy, because another session may be told meanwhile. */
export type Stoppable = Pick<
  Runtime,
  | 'session'
  | 'paths'
  | 'emit'
  | 'mended'
  | 'agentGone'
  | 'launch'
  | 'kin'
  | 'hookSource'
  | 'ledger'
  | 'version'
>;

/** The agent as it is reached; print mode has no terminal to speak of. */
export interface StoppedBody {
  readonly pty: Pick<Pty, 'pid' | 'generation'> | null;
  readonly terminal: Pick<Terminal, 'detach'>;
}

/** Emits `saved` and, if that went well, `stop.done` once the agent's process is gone. */
export async function stop(
  runtime: Stoppable,
  { pty, terminal }: StoppedBody,
  plan: StopPlan,
): Promise<void> {
  const { emit } = runtime;
  const running = pty !== null && pty.generation === plan.generation ? pty : null;
  if (running) runtime.kin.look(running.pid);
  const kin = runtime.kin.last();

  const before = await plan.look();
  const path = pathOf(runtime);
  if (before && path) {
    const saved = await saveSnapshot(path, before);
    const unknownCommands = before.active_tool_calls.filter(
      ({ risk, status }) => risk === 'command' && (status === 'started' || status === 'unknown'),
    ).length;
    const failed = saved.ok ? {} : { detail: saved.detail, ...(!running && { goesOn: true as const }) };
    emit({ type: 'saved', ok: saved.ok, unknownCommands, ...failed });
    if (!saved.ok && running) return;
  }
  if (running) terminal.detach(); // its last words are not for a screen that is about to be another agent's
  const ending = kin === null ? () => [] : endingWith(kin, claimsOf(runtime));
  await stopTree(ending(), { graceMs: plan.graceMs });
  await runtime.agentGone;
  const left = await stopTree(ending(), { graceMs: leftoverGraceMs });
  // A tool may have come to its end while it was stopped: what is told must be what is on disk now.
  const after = (await plan.look()) ?? before;
  const afterPath = pathOf(runtime);
  if (after && afterPath) await saveSnapshot(afterPath, after); // if not: the one from before is there
  runtime.mended = await mend(runtime, after?.active_tool_calls ?? [], plan);
  emit({ type: 'stop.done', generation: plan.generation, left });
}

/** Where the snapshot of the present session belongs; null where its conversation has no file. */
function pathOf({ session }: Stoppable): string | null {
  return session.transcriptPath && session.id ? snapshotPath(session.transcriptPath, session.id) : null;
}

/**
 * The conversation file, now that nobody writes it: damage would be refused, or lose what was said.
 * @returns what has changed of what was said
 */
async function mend(
  { session, launch, version, emit }: Stoppable,
  calls: readonly ActiveToolCall[],
  plan: StopPlan,
): Promise<readonly Finding[]> {
  const { doctor } = launch.adapter;
  if (!doctor || session.transcriptPath === null || !existsSync(session.transcriptPath)) return [];
  const options = {
    now: Date.now(),
    reconnect: false, // to start anew may be what the person wanted
    byHand: false,
    version,
    thorough: false,
    dryRun: false,
    resultTexts: textsFor(calls, plan),
  };
  const outcome = await repairFile(session.transcriptPath, doctor, options);
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
