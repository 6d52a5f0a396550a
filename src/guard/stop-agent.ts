/** Stops the agent of a run, where it may be stopped: nobody else is in its conversation. */
import type { Effect } from '../effects.ts';
import type { Agent } from './agent.ts';
import type { Body } from './body.ts';
import type { Conversation } from './conversation.ts';
import type { Run } from './run.ts';
import { findSession } from './session.ts';
import { resultTextOf, takeSnapshot } from './snapshot.ts';
import { otherIn } from './start/second-writer.ts';
import { stop } from './stop.ts';

/** With a snapshot of its work in flight from before and after; rejects when that fails. */
export async function stopAgent(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  body: Body,
  effect: Extract<Effect, { type: 'stop' }>,
): Promise<void> {
  await findSession(run, agent, conversation); // its file may have been written since anybody looked
  if (agent.process !== null) {
    // Stopped, it could not be started again.
    const other = await otherIn(run, conversation, agent.process.pid);
    if (other !== null) {
      run.emit({ type: 'stop.refused', detail: other });
      return;
    }
  }
  const look = async () => {
    conversation.interrupted(await takeSnapshot(run, agent, conversation, body, effect));
    return conversation.snapshot;
  };
  await stop(run, agent, conversation, body, {
    ...effect,
    look,
    resultText: (call) => resultTextOf(run, agent, conversation, call),
  });
}
