/** Reports to the loop that an agent has ended, and whether that is final. */

import type { PrintFormats } from '../agents/contract/pipes.ts';
import { momentOf } from '../detect/evidence/clock.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { silentEndMs } from '../detect/signatures/turn-ended.ts';
import { seconds } from '../detect/verdict.ts';
import type { FailureKind } from '../events.ts';
import type { Conversation } from '../guard/conversation.ts';
import { findConversation } from '../guard/find-conversation.ts';
import type { Loop } from '../guard/loop.ts';
import type { Run } from '../guard/run.ts';
import { exitCode } from '../platform/exec.ts';
import type { Child } from './child.ts';
import { finalCode, judgeEnding, wasKilled } from './ending.ts';
import type { ChildEnd } from './launch.ts';
import { obstacle, ofThisRun } from './next-launch.ts';
import type { Answer, PrintParts } from './pipes.ts';
import { noProgress, type Progress, readProgress } from './progress.ts';

/** How long to wait until the agent's last errors have been passed on. */
const lastWordsMs = 1_000;

/** Never rejects. */
export async function reportEnd(
  parts: PrintParts,
  loop: Loop,
  catchUp: () => Promise<void>,
  { child, answer, code, signal, outOfMemory }: ChildEnd,
): Promise<void> {
  const { run, leaving, pipes } = parts;
  const { gate } = answer;
  const { generation } = child;
  const { clock, agent } = loop.state().evidence;
  const uptimeMs = performance.now() - momentOf(clock, agent.startedAt);
  const silent = endedByCut(loop.state().evidence);
  await catchUp();
  const reported = reportedFailure(pipes.formats, answer);
  // Plain text counts as an error only if the exit code says so.
  const failure = code === 0 ? reported : (gate.failure() ?? answer.told?.failure ?? null);
  const isRecords = pipes.formats.input === 'records';
  const rest = isRecords ? await restOf(parts) : null;
  // One that exits by itself says with its code how it went.
  const diedAnswering =
    wasKilled({ code, signal }) && gate.holdsAnswer() && endsWell(parts, answer, loop.state().evidence);
  const done = rest === null ? gate.isDone() || diedAnswering : rest === 'answered';
  const isWell = done || (code === 0 && !silent && reported === null && loop.state().evidence.turn.count > 0);
  const { answers, newPrompts } = await progressOf(parts, answer, isWell);
  // Without hooks and tunnel only the conversation shows that a turn began.
  if (loop.state().evidence.turn.count === 0 && newPrompts > 0) run.emit({ type: 'turn.started' });
  const turns = loop.state().evidence.turn.count;
  const idle = rest !== 'answered' && generation > 1 && turns === 0 && !gate.hasPrinted();

  if (
    leaving.signal === null &&
    // A host has had each error as the result of its turn.
    judgeEnding({ code, signal, failure: isRecords ? null : failure, answers, done, silent, idle }) ===
      'interrupted'
  ) {
    const isYoung = uptimeMs < run.config.recovery.min_uptime_ms;
    // Each SIGKILL may come from outside, so it does not show that the agent crashes by itself.
    const crashedAgain = generation > 1 && isYoung && answers === 0 && signal !== 'SIGKILL';
    const why = crashedAgain
      ? `the agent ended ${seconds(uptimeMs)} after its start (${signal ?? `exit code ${code}`}), without an answer, like the one before it`
      : obstacle(parts, turns > 0);
    if (why !== null) run.emit({ type: 'relaunch.impossible', detail: why });
    run.emit({ type: 'agent.exited', generation, code, signal, ...(outOfMemory && { outOfMemory }) });
    return;
  }
  if (generation > 1 && turns === 0 && code !== 0) {
    reportRefusal(run, parts.conversation, child);
    await pipes.errors.drained(lastWordsMs); // the guard's own messages follow
  }
  const plainCode = exitCode(code, signal);
  const last = leaving.signal === null ? finalCode(plainCode, { done, failure: reported }) : plainCode;
  run.emit({ type: 'turn.ended', ...(last !== 0 && !done && { failure: failure ?? 'other' }) });
  run.emit({ type: 'session.ended', reason: leaving.signal ?? 'done' });
  // The code is what a shell would report, without a signal, so that the core does not take it for a crash.
  run.emit({ type: 'agent.exited', generation, code: last, signal: null });
}

/** Reports why an agent refused to resume, if its errors give a known reason. */
function reportRefusal(run: Run, conversation: Conversation, child: Child): void {
  const refused = run.launch.adapter.readRefusedResume({ rows: child.lastErrors().split('\n') });
  if (refused === null) return;
  const { transcriptPath } = conversation;
  if (transcriptPath !== null) conversation.heldByOther(transcriptPath, refused.isHeld);
  run.emit({ type: 'relaunch.impossible', detail: refused.detail });
}

/** Reads what is on record. Skipped if all went well, because a conversation can be long. */
async function progressOf(
  { run, agent, conversation, pipes }: PrintParts,
  { transcriptBytes }: Answer,
  isWell: boolean,
): Promise<Progress> {
  if (isWell) return noProgress;
  await findConversation(run, agent, conversation).catch(() => {}); // if that fails, there is nothing to resume
  return await readProgress(conversation.transcriptPath, transcriptBytes, pipes.mode);
}

/** The error that the agent has reported in a form that cannot be mistaken for an answer. */
function reportedFailure(formats: PrintFormats, { gate, told }: Answer): FailureKind | null {
  return formats.output === 'text' ? (told?.failure ?? null) : gate.failure();
}

/** Whether the output of an agent is its good answer, if it is complete. */
export function endsWell({ agent, pipes }: PrintParts, { told, gate }: Answer, e: Evidence): boolean {
  if (endedByCut(e)) return false;
  if (agent.hooks.heard()) return told !== null && told.failure === null;
  return pipes.formats.output !== 'text' || gate.failure() === 'other'; // the text matches no error that is known
}

/**
 * What a host still has to get: `answered`: nothing; `asked`: the answer to a prompt, or the end of a turn; `open`: it
 * may ask more.
 */
async function restOf({
  run,
  agent,
  conversation,
  pipes: { input, dialogue, mode },
}: PrintParts): Promise<'answered' | 'asked' | 'open'> {
  if (input?.hasEnded() !== true) return 'open';
  await findConversation(run, agent, conversation).catch(() => {}); // then nothing is known to be on record
  const recorded = await readProgress(conversation.transcriptPath, 0, mode);
  const { prompts, isOpen } = input.unrecorded(ofThisRun(run, recorded.prompts));
  return prompts.length > 0 || isOpen || dialogue?.isInTurn === true ? 'asked' : 'answered';
}

function endedByCut(e: Evidence): boolean {
  const lost = e.wire.closed.findLast((closed) => closed.by === 'guard');
  if (!lost || e.now - lost.at > silentEndMs) return false;
  return (
    (e.wire.lastRequestAt ?? 0) <= lost.at && !e.wire.connections.some(({ openedAt }) => openedAt > lost.at)
  );
}
