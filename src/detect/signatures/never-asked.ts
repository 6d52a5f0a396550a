/**
 * A prompt was taken, and nothing is asked of the API: something inside the agent, such as a plugin, keeps the turn from
 * its first request, and no process is at work that could be a hook of the person's.
 */
import { toldLateMs } from '../evidence/turn.ts';
import { limitMs } from '../limits.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

export const neverAsked: Signature = {
  class: 'never-asked',
  help: 'a prompt was taken, and no request was sent',
  needsTerminal: true,
  test(e, config) {
    const { told, listeningSince } = e.turn;
    if (e.phase !== 'working' || !told?.working || listeningSince === null) return null;
    const { waiting, lastRequestAt, seen } = e.wire;
    if (waiting.length > 0 || seen === 0 || (lastRequestAt ?? 0) > told.at - toldLateMs) return null;
    if (!e.sample || e.sample.workers > 0 || e.sample.helperSince !== null) return null;
    const since = Math.max(told.at, listeningSince);
    const limit = limitMs('neverAsked', config, e.host);
    if (e.now - since < limit) return null;
    return {
      class: 'never-asked',
      since,
      because: [
        `a prompt was taken ${seconds(e.now - since)} ago, and nothing was asked of the API since`,
        'no tool running, no process at work',
        `limit ${seconds(limit)}`,
      ],
      cure: 'nudge',
      connections: [],
    };
  },
};
