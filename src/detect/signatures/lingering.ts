/**
 * Print mode: the whole answer is handed out, and the agent does not end. That can be right: hooks at the end of the
 * session, and work in the background, which the agent itself waits for. So it is only ended when it burns a core for
 * nothing, or when nothing at all is left that it could be waiting for.
 */
import type { Millis } from '../../events.ts';
import { lastByteAt } from '../evidence/wire.ts';
import { limitMs } from '../limits.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

/** The agent waits for its own background work for up to 30 minutes, newer ones for 10; this is longer. */
const longestWaitMs: Millis = 35 * 60_000;

export const lingering: Signature = {
  class: 'lingering',
  help: 'print mode: the answer is handed out, and the agent spins or sleeps on instead of ending',
  test(e, config) {
    const { deliveredAt, exit } = e.agent;
    if (deliveredAt === null || exit || e.sample === null || e.tools.length > 0) return null;
    const heard = e.wire.connections.map(lastByteAt);
    const quietSince = Math.max(deliveredAt, e.terminal.lastOutputAt, ...heard);
    const { busySince, cpuShare, workers } = e.sample;
    const since = Math.max(quietSince, busySince ?? 0);
    const limit = busySince === null ? longestWaitMs : limitMs('spinning', config, e.host);
    if (workers > 0 || e.now - since < limit) return null;
    return {
      class: 'lingering',
      since,
      because: [
        `the answer was handed out ${seconds(e.now - deliveredAt)} ago`,
        busySince === null
          ? `nothing runs, nothing is printed, nothing is on the wire for ${seconds(e.now - since)}`
          : `one core at ${Math.round(cpuShare * 100)} % for ${seconds(e.now - since)}`,
        `limit ${seconds(limit)}`,
      ],
      cure: 'relaunch',
      connections: [],
    };
  },
};
