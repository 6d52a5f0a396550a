/**
 * Ends the guard after a signal (the terminal was closed, `kill`). The agent has got the same signal, and usually the
 * guard ends with it. But a frozen agent does not obey, and between two agents there is nobody to obey. In these cases
 * the guard makes sure that nothing is left behind, and ends by itself.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { stopAll } from '../platform/process-tree.ts';
import type { Agent } from './agent.ts';
import { forgetClosedPane } from './closed-pane.ts';
import type { Conversation } from './conversation.ts';
import { endingOf } from './ending.ts';
import type { Run } from './run.ts';

/** A healthy agent has written its last records by then (measured: up to 0.5 s). */
const obeyMs = 5_000;
/** Time for a command that was left behind to clean up. */
const leftoverGraceMs = 1_000;
/** By then, the loop has handled the end, and its records are closed. */
const loopMs = 1_000;

/**
 * To be called once in a run. Resolves when the guard has to end; the loop may end it earlier. The caller must have
 * looked at the agent's processes before the agent got the signal.
 * @param isHungUp the guard was hung up on, and not otherwise told to go: at a shutdown, a tmux server may outlive it
 * @param onKill called before the agent is killed
 * @param onClear called once nothing is left of the agent; 2.1.42 and older leave their commands behind
 */
export async function leave(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  isHungUp: () => boolean,
  onKill: () => void,
  onClear: () => void,
): Promise<void> {
  const isRunning = agent.process !== null;
  const ending = endingOf(run, agent, conversation, agent.kin.last());
  const obeyed = isRunning && (await Promise.race([agent.gone.then(() => true), pause(obeyMs, false)]));
  if (isRunning && !obeyed) onKill();
  await stopAll(ending, { graceMs: obeyed ? leftoverGraceMs : 0 });
  if (isHungUp()) await forgetClosedPane(run);
  onClear();
  await pause(loopMs);
}
