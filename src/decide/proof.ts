/**
 * Did the cure help? Each rung has its own proof; without one by the deadline the ladder is climbed. A turn is proven by
 * the answer that it waits for, or by its good end. Who tells of these is the tunnel, where it sees the API; where it is
 * blind, what shows a turn must do.
 */
import { carrierOf } from '../detect/carrier.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { isRefusal } from '../detect/evidence/turn.ts';
import { streams } from '../detect/evidence/wire.ts';
import { settleMs } from '../detect/limits.ts';
import { inTurn } from '../detect/phases.ts';
import { quietMs } from '../detect/rest.ts';
import type { Rung } from '../effects.ts';
import type { Millis } from '../events.ts';
import type { Cure } from './state.ts';

/** How long a rung may take to show that it took. A cut connection was retried within 1.3 s (lab notes §9). */
export const proofMs = { wait: 10_000, cut: 10_000, nudge: 30_000, relaunch: 60_000 } as const;

/** A turn that is too short to be seen has come and gone by then. */
const unseenMs = 5_000;

interface Witness {
  /** A sign of the API's life has come after `since`. */
  heard(e: Evidence, since: Millis): boolean;
  /** Something was asked after `since`, even if nothing has come back yet: the agent is on its way. */
  asked(e: Evidence, since: Millis): boolean;
  /** The answer to it comes. */
  answered(e: Evidence, since: Millis): boolean;
  /** At a free prompt without an error: a turn of after `since` is over. */
  finished(e: Evidence, since: Millis): boolean;
}

const tunnel: Witness = {
  heard: ({ wire }, since) => (wire.lastDownAt ?? 0) > since,
  asked: ({ wire }, since) => (wire.lastRequestAt ?? 0) >= since,
  /**
   * What comes whole may be a refusal, or asked beside the turn: the agent tells of the one, and makes the turn's
   * request beside the other, a little later. One that goes on is the model's. After neither does the agent count down to another try.
   */
  answered(e, since) {
    const connection = carrierOf(e, since)?.connection;
    if (connection?.stage !== 'answer' || (connection.requestAt ?? 0) < since) return false;
    const lastedMs = e.now - (connection.answerAt ?? e.now);
    return e.phase !== 'retrying' && (streams(connection) || lastedMs >= settleMs);
  },
  /** Words that the agent makes up itself, nothing asked, are no turn. */
  finished: (e, since) => tunnel.asked(e, since) && quietMs(e) >= settleMs,
};

const screen: Witness = {
  heard: (e, since) => (e.screen?.countedAt ?? 0) > since,
  asked: (e, since) => Math.max(seenSince(e), clockSince(e)) > since,
  answered(e, since) {
    const { facts, tokensChangedAt } = e.screen ?? {};
    const counts = (facts?.tokens ?? 0) > 0 && !facts?.requesting;
    return (
      (seenSince(e) > since && (tokensChangedAt ?? 0) > seenSince(e)) || (clockSince(e) > since && counts)
    );
  },
  /** The prompt was taken, and the box is free again. */
  finished: (e, since) => !e.screen?.facts.draft && Math.min(quietMs(e), e.now - since) >= unseenMs,
};

const witnessOf = ({ wire }: Evidence): Witness => (wire.seen > 0 ? tunnel : screen);

const proofs: { readonly [R in Rung]: (e: Evidence, cure: Cure) => boolean } = {
  // Whatever still waits when the turn is over (telemetry, say) was not what the turn waited for.
  hold: (e, { at }) =>
    (witnessOf(e).heard(e, at) || turned(e, at)) && (e.wire.waiting.length === 0 || restsWell(e)),
  wait: (e, { at }) => e.terminal.lastOutputAt > at || restsWell(e),
  cut: (e, { at }) => turned(e, at),
  nudge: (e, { at }) => turned(e, at),
  relaunch: (e) => (e.agent.prompted ? turned(e, e.agent.startedAt) : e.phase === 'idle' || inTurn(e.phase)),
  ask: (e, { at }) => turned(e, at) || restsWell(e),
};

export function helped(cure: Cure, e: Evidence): boolean {
  return cure.stage === 'verify' && !wasRefused(cure, e) && proofs[cure.rung](e, cure);
}

/** What was asked after this cure the API refuses, as the agent tells: nothing is proven by waiting. */
export function wasRefused(cure: Cure, { turn: { failure } }: Evidence): boolean {
  return failure !== null && isRefusal(failure) && failure.at > cure.at;
}

/** It took: what follows is judged by the limits for silence. */
export function underWay({ at, rung }: Cure, e: Evidence): boolean {
  const held = e.wire.waiting.some(({ since }) => since >= at);
  // A short turn is easily missed; a free prompt without an error is nothing to relaunch for.
  const missed = rung === 'nudge' && e.wire.seen === 0 && e.phase === 'idle' && e.turn.failure === null;
  return held || missed || witnessOf(e).asked(e, at);
}

/** A turn of after `since` gets its answer, or has ended well. */
function turned(e: Evidence, since: Millis): boolean {
  const witness = witnessOf(e);
  return witness.answered(e, since) || (e.turn.failure === null && witness.finished(e, since));
}

/** A free prompt may be seen before the error that it came with. */
const restsWell = (e: Evidence): boolean => e.turn.failure === null && quietMs(e) >= settleMs;

/** Since when the running turn runs, as it was seen; 0: none does. */
function seenSince({ turn }: Evidence): Millis {
  return Math.max(turn.workingSince ?? 0, turn.told?.working ? turn.told.at : 0);
}

/**
 * The same by the agent's own clock; 0 where it shows none. The free prompt between two turns can be too short to be
 * seen; the clock begins anew with each.
 */
function clockSince({ screen: shown }: Evidence): Millis {
  const elapsedS = shown?.facts.elapsedS;
  return shown === null || elapsedS === undefined ? 0 : shown.at - elapsedS * 1_000;
}
