/**
 * Which session the agent is in, from what it records of its own process. Hooks tell the same at once; this slow look
 * is for agents whose hooks are off, so that after /clear the right conversation is resumed.
 */
import { createPoll } from './poll.ts';
import type { Emit, Sensor } from './sensor.ts';

export interface SessionSensor extends Sensor {
  /** Another agent, started now. */
  newAgent(pid: number): void;
}

/** @param read the session of the agent with this pid, null where it cannot be told */
export function sessionSensor(read: (pid: number) => Promise<string | null>, pollMs = 2_000): SessionSensor {
  let emit: Emit | null = null;
  let agent: number | null = null;
  let known: string | null = null;
  let isLooking = false;
  const poll = createPoll(() => void look(), pollMs);

  async function look(): Promise<void> {
    const pid = agent;
    if (isLooking || pid === null) return;
    isLooking = true;
    const sessionId = await read(pid).catch(() => null); // not to be told now: the next look may
    isLooking = false;
    if (sessionId === null || sessionId === known || pid !== agent) return;
    known = sessionId;
    emit?.({ type: 'session', sessionId, transcriptPath: null, source: 'process' });
  }

  return {
    name: 'session',
    start(into) {
      emit = into;
      poll.start();
    },
    rest: poll.rest,
    stop() {
      poll.stop();
      emit = null;
    },
    newAgent(pid) {
      agent = pid;
      known = null;
    },
  };
}
