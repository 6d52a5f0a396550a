/** Tells the loop that an agent has ended, and whether that was its last word. */
import { findSession } from '../act/session.ts';
import type { Evidence } from '../detect/evidence.ts';
import type { Loop } from '../loop.ts';
import { exitCode } from '../platform/exec.ts';
import type { Child } from './child.ts';
import { judgeEnding } from './ending.ts';
import { noProgress, type Progress, readProgress } from './progress.ts';
import type { PrintRun } from './run.ts';

/** An end this soon after we cut the connection is an answer that was cut off (as `silent-end`). */
const silentEndMs = 5_000;

/** Never rejects. */
export async function tellEnd(
  run: PrintRun,
  loop: Loop,
  child: Child,
  end: Awaited<Child['ended']>,
  outOfMemory: boolean,
): Promise<void> {
  const { code, signal } = end;
  const { generation } = child;
  const { evidence } = loop.state();
  const isCut = endedByCut(evidence);
  await run.catchUp();
  const progress = await progressOf(run, code === 0 && !isCut && evidence.turns > 0);
  // Without hooks and tunnel nobody has seen the turn begin; the conversation has.
  if (evidence.turns === 0 && progress.prompts.length > 0) run.emit({ type: 'turn.started' });
  const failure = run.gate.failure() ?? run.toldFailure;
  const done = run.gate.isDone() && !awaitsMore(run, evidence);
  const { answers } = progress;
  const judgement = judgeEnding({ code, signal, failure, answers, done, silent: isCut });
  if (run.leaving === null && judgement === 'torn') {
    run.emit({ type: 'agent.exited', generation, code, signal, ...(outOfMemory && { outOfMemory }) });
    return;
  }
  run.emit({ type: 'turn.ended', ...(code !== 0 && failure !== null && { failure }) });
  run.emit({ type: 'session.ended', reason: run.leaving ?? 'done' });
  // As a shell reports it: whatever it was, nobody shall take it for a crash.
  run.emit({ type: 'agent.exited', generation, code: exitCode(code, signal), signal: null });
}

/** What is on record; not looked for where all went well, because a conversation can be long. */
async function progressOf(run: PrintRun, isWell: boolean): Promise<Progress> {
  if (isWell) return noProgress;
  await findSession(run).catch(() => {}); // then there is nothing to resume
  return await readProgress(run.session.transcriptPath, run.transcriptBytes, run.mode);
}

/** With records as input, one good answer is not the last: a turn may run, or the next prompt may come. */
function awaitsMore({ formats, input }: PrintRun, e: Evidence): boolean {
  if (formats.input === 'text') return false;
  return e.turn?.working === true || input?.hasEnded() === false;
}

function endedByCut(e: Evidence): boolean {
  const lost = e.closed.findLast((closed) => closed.by === 'guard');
  if (!lost || e.now - lost.at > silentEndMs) return false;
  return (e.lastRequestAt ?? 0) <= lost.at && !e.connections.some(({ openedAt }) => openedAt > lost.at);
}
