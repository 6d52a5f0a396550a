/**
 * The API refuses the conversation itself (a tool call without its result and the like): every later prompt fails the
 * same way, so the transcript must be repaired before anybody goes on (lab notes §1b, signatures §5). A refusal that
 * nobody knows may concern one request only; when it comes again, the person is asked.
 */
import type { Signature } from '../verdict.ts';

const settleMs = 2_000;

/** One refusal may be of that prompt alone. */
const refusalsInARow = 2;

export const brokenHistory: Signature = {
  class: 'broken-history',
  help: 'the API refuses the conversation: its history is damaged',
  needsTerminal: true,
  test(e, phase) {
    if (phase !== 'idle' || e.failure?.kind !== 'history' || e.idleSince === null) return null;
    if (e.now - Math.max(e.failure.at, e.idleSince) < settleMs) return null;
    if (e.lastKeyAt !== null && e.lastKeyAt >= e.failure.at) return null; // the person deals with it
    return {
      class: 'broken-history',
      since: e.failure.at,
      because: ['the API refused the conversation', 'every later prompt would be refused, too'],
      cure: e.historiesRepaired > 0 ? 'ask' : 'relaunch', // repaired once, refused again: not by us
      connections: [],
    };
  },
};

export const unknownRefusal: Signature = {
  class: 'unknown-refusal',
  help: 'the API refuses one request after the other, for a reason that the guard does not know',
  needsTerminal: true,
  test(e, phase) {
    if (phase !== 'idle' || e.failure?.kind !== 'refused' || e.idleSince === null) return null;
    if (e.failedTurns < refusalsInARow || e.now - Math.max(e.failure.at, e.idleSince) < settleMs) return null;
    return {
      class: 'unknown-refusal',
      since: e.failure.at,
      because: [
        `${e.failedTurns} requests in a row were refused, in words that are not known`,
        'try /rewind in the agent, or leave it and run guardctl repair',
      ],
      cure: 'ask',
      connections: [],
    };
  },
};
