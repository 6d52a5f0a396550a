/**
 * Did the cure help? Each rung has its own proof; without one by the deadline the ladder is climbed.
 */
import type { Evidence } from '../detect/evidence.ts';
import { inTurn, phaseOf } from '../detect/phase.ts';
import type { Millis } from '../events.ts';
import type { Cure } from './state.ts';

/** How long a rung may take to show that it took. A cut connection was retried within 1.3 s (lab notes §9). */
export const proofMs = { wait: 10_000, cut: 10_000, nudge: 30_000, relaunch: 60_000 } as const;

const restMs = 5_000;

export function helped(cure: Cure, e: Evidence): boolean {
  if (cure.stage !== 'verify') return false;
  const phase = phaseOf(e);
  switch (cure.rung) {
    case 'hold':
      return e.waiting.length === 0 && (answered(e, cure.at) || (e.lastDownAt ?? 0) > cure.at);
    case 'wait':
      return e.lastOutputAt > cure.at || (phase === 'idle' && e.failure === null);
    case 'cut':
      return (
        answered(e, cure.at) || (phase === 'idle' && (e.lastRequestAt ?? 0) > cure.at && e.failure === null)
      );
    case 'nudge':
      return answered(e, cure.at) || turnRan(e, cure.at) || rests(e, cure.at);
    case 'relaunch':
      return e.prompted
        ? answered(e, e.startedAt) ||
            turnRan(e, e.startedAt) ||
            turnDone(e, e.startedAt) ||
            rests(e, e.startedAt)
        : phase === 'idle' || inTurn(phase);
    case 'ask':
      return answered(e, cure.at) || (phase === 'idle' && e.failure === null);
  }
}

/** A request was made since, even if nothing has come back yet: the agent is on its way. Unseen, a turn stands for it. */
export function underWay(cure: Cure, e: Evidence): boolean {
  if (e.connectionsSeen === 0) return Math.max(turnSince(e), clockSince(e)) > cure.at;
  return (e.lastRequestAt ?? 0) >= cure.at || e.waiting.some((waiting) => waiting.since >= cure.at);
}

/** A request of after `since` has got bytes back. */
function answered(e: Evidence, since: Millis): boolean {
  return e.connections.some(
    (connection) =>
      connection.requestAt !== null && connection.requestAt >= since && !connection.awaitsAnswer,
  );
}

/** A turn that began after `since` has come to its end, and not in an error. */
function turnDone(e: Evidence, since: Millis): boolean {
  return e.turn !== null && !e.turn.working && e.turn.at > since && e.turns > 0 && e.failure === null;
}

/** A new turn ran to its end, or runs. With the tunnel's eyes a spinner alone is no proof; without them it must do. */
function turnRan(e: Evidence, since: Millis): boolean {
  const ended = e.turns > 0 && e.idleSince !== null && e.idleSince > since && e.failure === null;
  if (e.connectionsSeen > 0) return ended && (e.lastRequestAt ?? 0) >= since;
  const began = turnSince(e);
  return ended || (began > since && (e.tokensChangedAt ?? 0) > began) || answers(e, since);
}

/** Since when the running turn runs, as it was seen; 0: none does. */
function turnSince(e: Evidence): Millis {
  return Math.max(e.workingSince ?? 0, e.turn?.working ? e.turn.at : 0);
}

/**
 * The same by the agent's own clock; 0 where it shows none. The free prompt between two turns can be too short to be
 * seen; the clock begins anew with each.
 */
function clockSince({ screen }: Evidence): Millis {
  const elapsedS = screen?.facts.elapsedS;
  return screen === null || elapsedS === undefined ? 0 : screen.at - elapsedS * 1_000;
}

/** By the agent's own clock its turn began after `since`, and something of the answer is there. */
function answers(e: Evidence, since: Millis): boolean {
  const { tokens = 0, requesting } = e.screen?.facts ?? {};
  return clockSince(e) > since && tokens > 0 && !requesting;
}

/**
 * Without the tunnel's eyes: the prompt was taken and the box is free again, for a while. The turn was too short to be
 * seen, but nothing is stuck.
 */
function rests(e: Evidence, since: Millis): boolean {
  if (
    e.connectionsSeen > 0 ||
    phaseOf(e) !== 'idle' ||
    e.failure !== null ||
    e.idleSince === null ||
    e.screen?.facts.draft
  )
    return false;
  return e.now - Math.max(e.idleSince, since) >= restMs;
}
