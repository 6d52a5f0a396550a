/**
 * The API refuses the conversation itself (a tool call without its result and the like): every later prompt fails the
 * same way, so the transcript must be repaired before anybody goes on (lab notes §1b, signatures §5). A refusal that
 * nobody knows may concern one request only; when it comes again, the person is asked.
 */
import { isAtRest, quietMs, settleMs } from '../rest.ts';
import type { Signature } from '../verdict.ts';

/** One refusal may be of that prompt alone. */
const refusalsInARow = 2;

export const brokenHistory: Signature = {
  class: 'broken-history',
  help: 'the API refuses the conversation: its history is damaged',
  needsTerminal: true,
  test(e) {
    const { failure } = e.turn;
    if (failure?.kind !== 'history' || !isAtRest(e)) return null;
    return {
      class: 'broken-history',
      since: failure.at,
      because: ['the API refused the conversation', 'every later prompt would be refused, too'],
      cure: e.conversation.historiesRepaired > 0 ? 'ask' : 'relaunch', // repaired once, refused again: not by us
      connections: [],
    };
  },
};

export const unknownRefusal: Signature = {
  class: 'unknown-refusal',
  help: 'the API refuses one request after the other, for a reason that the guard does not know',
  needsTerminal: true,
  test(e) {
    const { failure, failedTurns } = e.turn;
    if (failure?.kind !== 'refused' || failedTurns < refusalsInARow || (quietMs(e) ?? 0) < settleMs)
      return null;
    return {
      class: 'unknown-refusal',
      since: failure.at,
      because: [
        `${failedTurns} requests in a row were refused, in words that are not known`,
        'try /rewind in the agent, or leave it and run guardctl repair',
      ],
      cure: 'ask',
      connections: [],
    };
  },
};
