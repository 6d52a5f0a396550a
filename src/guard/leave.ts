/**
 * Somebody ends the guard by a signal (the terminal was closed, `kill`). The agent has got the same signal, and its
 * end is ours. But a frozen agent does not follow, and between two agents there is none: then the guard sees to it
 * that nothing is left behind, and goes by itself.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { stopTree } from '../platform/process-tree.ts';
import { signalExitCode } from '../platform/signals.ts';
import type { Agent } from './agent.ts';
import type { Conversation } from './conversation.ts';
import { endingOf } from './ending.ts';
import type { Run } from './run.ts';

/** As long as a healthy agent may take to write its last records (measured: up to 0.5 s, lab notes §2). */
const followMs = 5_000;
/** A command that was left behind may clean up. */
const leftoverGraceMs = 1_000;
/** In which the loop passes on the end of an agent that did follow. */
const loopMs = 1_000;

/**
 * Resolves to the exit code when the guard has to go; the loop may be faster, unless the agent has to be killed.
 * The agent's processes have been looked at before it got the signal.
 * @param onKill called before that.
 * @param onClear nothing is left of an agent that did follow: 2.1.42 and older leave their commands behind.
 */
export async function leave(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  signal: NodeJS.Signals,
  onKill: () => void,
  onClear: () => void,
): Promise<number> {
  const isRunning = agent.process !== null;
  const ending = endingOf(run, agent, conversation, agent.kin.last());
  const followed = isRunning && (await Promise.race([agent.gone.then(() => true), pause(followMs, false)]));
  if (isRunning && !followed) onKill();
  await stopTree(ending(), { graceMs: followed ? leftoverGraceMs : 0 });
  onClear();
  if (followed) await pause(loopMs);
  return signalExitCode(signal);
}
