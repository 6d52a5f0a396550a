/**
 * Did the cure help? Each rung has its own proof; without one by the deadline the ladder is climbed. With the tunnel's
 * eyes proof comes from the wire; without them a turn that is seen to run must do.
 */
import type { Evidence } from '../detect/evidence/index.ts';
import { inTurn } from '../detect/phase.ts';
import { settleMs } from '../detect/rest.ts';
import type { Millis } from '../events.ts';
import type { Cure } from './state.ts';

/** How long a rung may take to show that it took. A cut connection was retried within 1.3 s (lab notes §9). */
export const proofMs = { wait: 10_000, cut: 10_000, nudge: 30_000, relaunch: 60_000 } as const;

const restMs = 5_000;

export function helped(cure: Cure, e: Evidence): boolean {
  if (cure.stage !== 'verify' || wasRefused(cure, e)) return false;
  const restsWell = e.phase === 'idle' && e.turn.failure === null;
  switch (cure.rung) {
    case 'hold': {
      const cameThrough = answered(e, cure.at) || (e.wire.lastDownAt ?? 0) > cure.at;
      // Whatever still waits when the turn is over (telemetry, say) was not what the turn waited for.
      return cameThrough && (e.wire.waiting.length === 0 || restsWell);
    }
    case 'wait':
      return e.terminal.lastOutputAt > cure.at || restsWell;
    case 'cut':
      return answered(e, cure.at) || (restsWell && (e.wire.lastRequestAt ?? 0) > cure.at);
    case 'nudge':
      return goesOn(e, cure.at);
    case 'relaunch':
      return e.agent.prompted ? goesOn(e, e.agent.startedAt) : e.phase === 'idle' || inTurn(e.phase);
    case 'ask':
      return answered(e, cure.at) || restsWell;
  }
}

/** The API took the request of this cure for no good: the agent said so. */
export function wasRefused(cure: Cure, { turn }: Evidence): boolean {
  const { failure } = turn;
  return (failure?.kind === 'history' || failure?.kind === 'refused') && failure.at > cure.at;
}

/** An agent that was told to go on does, or has. */
function goesOn(e: Evidence, since: Millis): boolean {
  return answered(e, since, settleMs) || turnRan(e, since) || turnDone(e, since) || rests(e, since);
}

/** A request was made since, even if nothing has come back yet: the agent is on its way. Unseen, a turn stands for it. */
export function underWay(cure: Cure, e: Evidence): boolean {
  const { seen, lastRequestAt, waiting } = e.wire;
  if (seen === 0) return Math.max(turnSince(e), clockSince(e)) > cure.at;
  return (lastRequestAt ?? 0) >= cure.at || waiting.some(({ since }) => since >= cure.at);
}

/**
 * A request of after `since` has got its answer begun.
 * @param forMs at least so long ago: a refusal is bytes, too, and the agent tells of it a little later
 */
function answered({ wire, now }: Evidence, since: Millis, forMs: Millis = 0): boolean {
  return wire.connections.some(
    ({ requestAt, stage, answerAt }) =>
      requestAt !== null &&
      requestAt >= since &&
      stage === 'answer' &&
      now - (answerAt ?? requestAt) >= forMs,
  );
}

/** A turn ended after `since`, and not in an error. Words that the agent makes up itself, nothing asked, are no turn. */
function turnDone({ turn, wire }: Evidence, since: Millis): boolean {
  const { told, count, failure, answer } = turn;
  if (told === null || told.working || told.at <= since || count === 0 || failure !== null) return false;
  return wire.seen > 0 ? (wire.lastRequestAt ?? 0) >= since : answer !== null && answer.at > since;
}

/** A new turn ran to its end, or runs. With the tunnel's eyes a spinner alone is no proof; without them it must do. */
function turnRan(e: Evidence, since: Millis): boolean {
  const { turn, wire, screen, now } = e;
  const ended = turn.count > 0 && turn.idleSince !== null && turn.idleSince > since && turn.failure === null;
  // A free prompt may be seen before the error that it came with.
  const rested = ended && now - (turn.idleSince ?? now) >= settleMs;
  if (wire.seen > 0) return rested && (wire.lastRequestAt ?? 0) >= since;
  const began = turnSince(e);
  return ended || (began > since && (screen?.tokensChangedAt ?? 0) > began) || answers(e, since);
}

/** Since when the running turn runs, as it was seen; 0: none does. */
function turnSince({ turn }: Evidence): Millis {
  return Math.max(turn.workingSince ?? 0, turn.told?.working ? turn.told.at : 0);
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
function rests({ wire, phase, turn, screen, now }: Evidence, since: Millis): boolean {
  if (wire.seen > 0 || phase !== 'idle' || turn.failure !== null || turn.idleSince === null) return false;
  return !screen?.facts.draft && now - Math.max(turn.idleSince, since) >= restMs;
}
