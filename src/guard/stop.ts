/**
 * Stops the agent. First its descendants are recorded, because its tools survive it, and the snapshot is written to
 * disk. Then the process tree is stopped and the terminal is restored. Nothing of a living agent is killed unless the
 * snapshot could be saved.
 */
import type { Effect } from '../effects.ts';
import { stopAll, stopTree } from '../platform/process-tree.ts';
import { settlesWithin } from '../platform/settles-within.ts';
import { saveSnapshot, snapshotPath } from '../recover/store.ts';
import type { Agent } from './agent.ts';
import type { Body } from './body.ts';
import type { Conversation } from './conversation.ts';
import { endingOf } from './ending.ts';
import { findConversation } from './find-conversation.ts';
import { mend } from './mend.ts';
import type { Run } from './run.ts';
import { isUnanswered, takeSnapshot } from './snapshot.ts';
import { otherIn } from './start/second-writer.ts';

type Stop = Extract<Effect, { type: 'stop' }>;

/** Time for a tool that the agent leaves behind to clean up. */
const leftoverGraceMs = 1_000;

/** Within this time, what the agent's hooks have reported has been read, unless the disk does not answer. */
const lastReportsMs = 2_000;

/**
 * How long a living agent's work may be looked at and saved. Far less than a stop may take: then the kill fits in, too.
 */
const maxLookMs = 60_000;

/** The conversation has no file yet. */
const nothingToSave = { ok: true } as const;

/**
 * Emits `stop.refused` if another agent is in the conversation, because this one could not be started again. Otherwise
 * emits `saved` and, if that went well, `stop.done` once the agent's process is gone. Rejects if none of that is
 * possible.
 * @param isSpared asked once that has been told, before anything of a living agent is ended
 */
export async function stopAgent(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  body: Body,
  effect: Stop,
  isSpared: () => boolean,
): Promise<void> {
  const { emit } = run;
  const running = agent.process?.generation === effect.generation ? agent.process : null;
  const isRunning = () => running !== null && agent.process === running;
  const ending = () => endingOf(run, agent, conversation, agent.kin.last());
  let isGivenUp = false;

  /** @returns what was seen, and how to look again. Null: the agent is not stopped, and that has been told */
  const lookAndSave = async () => {
    await findConversation(run, agent, conversation); // the file may have been written since the last look
    const other = agent.process === null ? null : await otherIn(run, conversation, agent.process.pid);
    if (isGivenUp) return null;
    if (other !== null) {
      emit({ type: 'stop.refused', detail: other });
      return null;
    }
    if (running && isRunning()) agent.kin.look(running.pid);
    const unanswered = effect.phase === 'between_turns' && (await isUnanswered(run, conversation, body));
    const at = unanswered ? { ...effect, phase: 'streaming' as const } : effect;
    const look = async () => {
      const taken = await takeSnapshot(run, agent, conversation, body, at);
      if (!isGivenUp) conversation.interrupted(taken);
      return conversation.snapshot;
    };
    const before = await look();
    const path = pathOf(conversation);
    const saved = before && path ? await saveSnapshot(path, before) : nothingToSave;
    if (isGivenUp) return null;
    const unknownCommands = (before?.active_tool_calls ?? []).filter(
      ({ risk, status }) => risk === 'command' && (status === 'started' || status === 'unknown'),
    ).length;
    const failed = saved.ok ? {} : { detail: saved.detail, ...(!isRunning() && { goesOn: true as const }) };
    emit({ type: 'saved', ok: saved.ok, unknownCommands, ...(unanswered && { unanswered }), ...failed });
    if (isSpared()) return null;
    return saved.ok || !isRunning() ? { look, before } : null;
  };

  // What a dead agent has left behind is ended first: a disk may never answer, and the person need not wait for it.
  const endLeftovers = () => stopAll(ending(), { graceMs: effect.graceMs });
  if (!running) {
    await settlesWithin(lastReportsMs, body.catchUp()); // a call that has ended may have left behind what is to stay
    await endLeftovers();
  }
  const looking = lookAndSave();
  if (running && !(await settlesWithin(maxLookMs, Promise.race([looking, agent.gone])))) {
    isGivenUp = true;
    emit({ type: 'saved', ok: false, detail: 'the disk does not answer' });
    return;
  }
  if (running && !isRunning()) await endLeftovers(); // it has ended by itself meanwhile
  const seen = await looking;
  if (seen === null) return;
  if (running) body.detach(); // the screen is about to be another agent's
  const listed = ending();
  const endedByItself = running !== null && !isRunning();
  await stopTree(listed(), { graceMs: effect.graceMs });
  await agent.gone;
  const left = await stopAll(listed, { graceMs: leftoverGraceMs });
  // A tool may have ended while it was being stopped, and the next agent must be told what is on disk now.
  const after = (await seen.look()) ?? seen.before;
  const afterPath = pathOf(conversation);
  if (after && afterPath) await saveSnapshot(afterPath, after); // if that fails, the first one is there
  conversation.repaired(await mend(run, agent, conversation, after));
  emit({ type: 'stop.done', generation: effect.generation, left, ...(endedByItself && { endedByItself }) });
}

/** Where the snapshot of the present conversation belongs. Null: the conversation has no file. */
function pathOf({ id, transcriptPath }: Conversation): string | null {
  return transcriptPath && id ? snapshotPath(transcriptPath, id) : null;
}
