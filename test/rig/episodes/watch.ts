/** Watches the agents that live below a guard, by the kernel's own tables (Linux), and the rig's own stalls. */

import { childrenOf } from '../../../src/platform/process-table.ts';
import { agentsBelow } from '../agents-below.ts';
import type { Happening } from './world-log.ts';

const lookMs = 200;
const stallMs = 1_000;

export interface Watch {
  /** The living agent; null: none. */
  agent(): number | null;
  stop(): void;
}

/** @param shell that runs the guard as its only child */
export function watchAgents(shell: number, note: (happening: Happening) => void): Watch {
  const agents = () => childrenOf(shell).flatMap(agentsBelow);
  let known: readonly number[] = [];
  let lookedAt = Date.now();
  const look = () => {
    const late = Date.now() - lookedAt - lookMs;
    if (late > stallMs) note({ type: 'rig.stalled', ms: late });
    lookedAt = Date.now();
    const now = agents();
    for (const pid of now) if (!known.includes(pid)) note({ type: 'agent.seen', pid });
    for (const pid of known) if (!now.includes(pid)) note({ type: 'agent.gone', pid });
    if (now.length > 1 && known.length < now.length) note({ type: 'agents', pids: now });
    known = now;
  };
  const timer = setInterval(look, lookMs);
  return { agent: () => agents()[0] ?? null, stop: () => clearInterval(timer) };
}
