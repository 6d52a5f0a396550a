/**
 * The turn is over and the agent sits at its prompt, alive: after an error that a new try can cure, or without a word
 * after its connection was lost (lab notes §1b: 197 and older end a cut tool input in silence).
 */
import type { FailureKind, Millis } from '../../events.ts';
import type { ClosedConnection, Evidence } from '../evidence.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

/**
 * Pause before a turn that failed is taken up again: the faults of a server want more time than those of a line. It
 * doubles with each failure in a row.
 */
const pauseMs: { readonly [Kind in FailureKind]?: Millis } = {
  connection: 1_000,
  overloaded: 60_000,
  'rate-limit': 60_000,
};

const longestPauseMs = 300_000;

/** An idle prompt this soon after its connection ended, with no new request in between, is a silent end. */
const silentEndMs = 5_000;
/** An agent between two steps is not at its end: without an error on record the prompt must stay free for a moment. */
const settleMs = 2_000;

export const failedTurn: Signature = {
  class: 'failed-turn',
  help: 'the turn ended with a connection error; the agent sits at its prompt',
  needsTerminal: true,
  test(e, phase) {
    if (phase !== 'idle' || !e.failure || e.idleSince === null || e.turns === 0) return null;
    const first = pauseMs[e.failure.kind];
    if (first === undefined || personTookOver(e, e.failure.at)) return null;
    if (limited(e)) return null;
    const pause = Math.min(longestPauseMs, first * 2 ** Math.max(0, e.failedTurns - 1));
    if (e.now - Math.max(e.failure.at, e.idleSince) < pause) return null;
    return {
      class: 'failed-turn',
      since: e.failure.at,
      because: [
        `the turn ended with a failure of kind ${e.failure.kind}`,
        'the prompt is free, nobody has typed since',
      ],
      cure: 'nudge',
      connections: [],
    };
  },
};

export const silentEnd: Signature = {
  class: 'silent-end',
  help: 'the turn ended without a word right after its connection was lost',
  needsTerminal: true,
  test(e, phase) {
    const lost = e.closed.findLast((closed) => closed.by !== 'agent');
    if (phase !== 'idle' || !lost || e.idleSince === null || e.turns === 0) return null;
    const gap = e.idleSince - lost.at;
    const wentOn = (e.lastRequestAt ?? 0) > lost.at || e.connections.some((c) => c.openedAt > lost.at);
    if (!abnormal(lost) || gap < 0 || gap > silentEndMs || wentOn || personTookOver(e, lost.at)) return null;
    if (e.now - e.idleSince < settleMs) return null;
    return {
      class: 'silent-end',
      since: e.idleSince,
      because: [`the turn ended ${seconds(gap)} after its connection was cut`, 'no new request was made'],
      cure: 'nudge',
      connections: [],
    };
  },
};

/** The usage limit still holds, by the time that was printed; a minute more, for clocks that differ. */
function limited(e: Evidence): boolean {
  if (e.failure?.kind !== 'rate-limit' || e.limitResetsAt === null || e.wallOffsetMs === null) return false;
  return e.now + e.wallOffsetMs < e.limitResetsAt + 60_000;
}

/** Cut by us, reset or dead. A peer that closes may just have said all it had to say. */
function abnormal({ by, cause }: ClosedConnection): boolean {
  return by === 'guard' || cause === 'reset' || cause === 'dead';
}

/** Esc means stop, and a person who types has a plan. */
function personTookOver(e: Evidence, since: Millis): boolean {
  return e.lastKeyAt !== null && e.lastKeyAt >= since;
}
