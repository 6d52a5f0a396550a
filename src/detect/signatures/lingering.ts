/**
 * Print mode: the whole answer is handed out, and the agent does not end. That can be right: hooks at the end of the
 * session, and work in the background, which the agent itself waits for. So it is only ended when it burns a core for
 * nothing, or when nothing at all is left that it could be waiting for.
 */
import type { Millis } from '../../events.ts';
import { lastByteAt } from '../connections.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

/** Times `frozen_ui_timeout_ms`, as for one that spins before its answer. */
const doubt = 3;
/** The agent waits for its own background work for up to 30 minutes, newer ones for 10; this is longer. */
const longestWaitMs: Millis = 35 * 60_000;

export const lingering: Signature = {
  class: 'lingering',
  help: 'print mode: the answer is handed out, and the agent spins or sleeps on instead of ending',
  test(e, _phase, config) {
    if (e.deliveredAt === null || e.exit || e.sample === null || e.tools.length > 0) return null;
    const heard = e.connections.map(lastByteAt);
    const quietSince = Math.max(e.deliveredAt, e.lastOutputAt, ...heard);
    const { busySince, cpuShare, workers } = e.sample;
    const since = Math.max(quietSince, busySince ?? 0);
    const limitMs = busySince === null ? longestWaitMs : config.recovery.frozen_ui_timeout_ms * doubt;
    if (workers > 0 || e.now - since < limitMs) return null;
    return {
      class: 'lingering',
      since,
      because: [
        `the answer was handed out ${seconds(e.now - e.deliveredAt)} ago`,
        busySince === null
          ? `nothing runs, nothing is printed, nothing is on the wire for ${seconds(e.now - since)}`
          : `one core at ${Math.round(cpuShare * 100)} % for ${seconds(e.now - since)}`,
        `limit ${seconds(limitMs)}`,
      ],
      cure: 'relaunch',
      connections: [],
    };
  },
};
