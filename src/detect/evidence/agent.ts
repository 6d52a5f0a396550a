/** The agent's process as it was started, and its end. Nothing of it survives a relaunch. */
import type { Event, Millis } from '../../events.ts';

export interface Agent {
  /** One launch, one generation. */
  readonly generation: number;
  readonly pid: number | null;
  readonly startedAt: Millis;
  readonly resumed: boolean;
  readonly prompted: boolean;
  /** Print mode: nothing is drawn and nobody types, so what is judged by a face or by keys is not judged. */
  readonly unattended: boolean;
  readonly exit: {
    readonly at: Millis;
    readonly code: number | null;
    readonly signal: string | null;
    readonly outOfMemory: boolean;
  } | null;
  /** Why no other agent could follow this one; null: one could. */
  readonly noRelaunch: string | null;
  /** Print mode: since when its whole good answer is handed out. */
  readonly deliveredAt: Millis | null;
}

export const noAgent = (now: Millis): Agent => ({
  generation: 0,
  pid: null,
  startedAt: now,
  resumed: false,
  prompted: false,
  unattended: false,
  exit: null,
  noRelaunch: null,
  deliveredAt: null,
});

export function foldAgent(agent: Agent, event: Event, now: Millis): Agent {
  switch (event.type) {
    case 'agent.started': {
      const { generation, pid, resumed, prompted, unattended = false } = event;
      return { ...noAgent(now), generation, pid, resumed, prompted, unattended };
    }
    case 'agent.exited': {
      if (event.generation !== agent.generation) return agent;
      const { code, signal, outOfMemory = false } = event;
      return { ...agent, exit: { at: now, code, signal, outOfMemory } };
    }
    case 'relaunch.impossible':
      return { ...agent, noRelaunch: event.detail };
    case 'delivered':
      return { ...agent, deliveredAt: now };
    default:
      return agent;
  }
}
