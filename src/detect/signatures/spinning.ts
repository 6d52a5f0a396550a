/**
 * Print mode has no spinner that could stand still. What is left is the process: it burns a whole core and neither
 * prints, nor speaks to the API, nor runs a tool. The limit is wide, because a healthy agent computes now and then.
 */
import { lastByteAt } from '../connections.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

/** Times `frozen_ui_timeout_ms`. */
const doubt = 3;

export const spinning: Signature = {
  class: 'spinning',
  help: 'print mode: one core fully used for long, nothing printed, nothing on the wire',
  test(e, phase, config) {
    const busySince = e.sample?.busySince ?? null;
    if (!e.unattended || phase !== 'working' || busySince === null) return null;
    const heard = e.connections.map(lastByteAt);
    const since = Math.max(busySince, e.lastOutputAt, e.workingSince ?? 0, ...heard);
    const limitMs = config.recovery.frozen_ui_timeout_ms * doubt;
    if (e.now - since < limitMs) return null;
    return {
      class: 'spinning',
      since,
      because: [
        `one core at ${Math.round((e.sample?.cpuShare ?? 1) * 100)} % for ${seconds(e.now - since)}`,
        'nothing printed, nothing on the wire, no tool running',
        `limit ${seconds(limitMs)}`,
      ],
      cure: 'relaunch',
      connections: [],
    };
  },
};
