/** The agent's process, from its start to its end. A relaunch resets all of it. */
import type { Event, Millis } from '../../events.ts';

export interface Agent {
  /** The number of this launch. */
  readonly generation: number;
  readonly pid: number | null;
  readonly startedAt: Millis;
  readonly resumed: boolean;
  readonly prompted: boolean;
  /** Print mode: nothing is drawn and nobody types, so signatures that need a screen or keys are not asked. */
  readonly unattended: boolean;
  readonly exit: {
    readonly at: Millis;
    readonly code: number | null;
    readonly signal: string | null;
    readonly outOfMemory: boolean;
  } | null;
  /** Why no other agent can be started after this one; null: one can. */
  readonly noRelaunch: string | null;
  /** Print mode: since when its whole good answer has been handed out. */
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
