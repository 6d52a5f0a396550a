/**
 * Which session the agent is in, according to what it records about its own process. Hooks report the same at once.
 * This slow check serves agents whose hooks are off, so that the right conversation is resumed after /clear.
 */
import { createPoll } from './poll.ts';
import type { Emit, Sensor } from './sensor.ts';

export interface SessionSensor extends Sensor {
  /** Another agent has just been started. */
  newAgent(pid: number): void;
}

/** @param read the session of the agent with this pid; null if unknown */
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
    const sessionId = await read(pid).catch(() => null); // unknown now; the next check may find it
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
