/**
 * Print mode has no spinner that could stand still. What is left is the process: it burns a whole core and neither
 * prints, nor speaks to the API, nor runs a tool.
 */
import { lastByteAt } from '../evidence/wire.ts';
import { limitMs } from '../limits.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

export const spinning: Signature = {
  class: 'spinning',
  help: 'print mode: one core fully used for long, nothing printed, nothing on the wire',
  test(e, config) {
    const busySince = e.sample?.busySince ?? null;
    if (!e.agent.unattended || e.phase !== 'working' || busySince === null) return null;
    const heard = e.wire.connections.map(lastByteAt);
    const since = Math.max(busySince, e.terminal.lastOutputAt, e.turn.workingSince ?? 0, ...heard);
    const limit = limitMs('spinning', config, e.host);
    if (e.now - since < limit) return null;
    return {
      class: 'spinning',
      since,
      because: [
        `one core at ${Math.round((e.sample?.cpuShare ?? 1) * 100)} % for ${seconds(e.now - since)}`,
        'nothing printed, nothing on the wire, no tool running',
        `limit ${seconds(limit)}`,
      ],
      cure: 'relaunch',
      connections: [],
    };
  },
};
