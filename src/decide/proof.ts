/**
 * Did the cure help? Each rung has its own proof; without a proof by the deadline the next rung follows. A turn is
 * proven by the answer that it waits for, or by ending well. The tunnel is the witness where it sees the requests of
 * turns; where it does not, the screen is.
 */
import { carrierOf, turnHasHeardSince } from '../detect/carrier.ts';
import { streams } from '../detect/evidence/connection.ts';
import { isRefusal } from '../detect/evidence/failures.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { helperStart, sampleMs } from '../detect/evidence/sample.ts';
import { clockBeganAt } from '../detect/evidence/screen.ts';
import { hookedMs, reportLagMs, settleMs } from '../detect/limits.ts';
import { inTurn } from '../detect/phases.ts';
import { quietMs } from '../detect/rest.ts';
import type { Rung } from '../effects.ts';
import type { Millis } from '../events.ts';
import type { Cure } from './state.ts';

/** How long a rung may take to show an effect. A cut connection was retried within 1.3 s (measured). */
export const proofMs = { wait: 10_000, cut: 10_000, nudge: 30_000, relaunch: 60_000 } as const;

/** By then, even a turn too short to be seen is over. */
const unseenMs = 5_000;

interface Witness {
  /** Something of the turn's answer has come after `since`. */
  heard(e: Evidence, since: Millis): boolean;
  /** The agent has sent a request after `since`, even if nothing has come back yet. */
  asked(e: Evidence, since: Millis): boolean;
  /** The answer to that request has begun. */
  answered(e: Evidence, since: Millis): boolean;
  /** A turn that began after `since` is over: the prompt is free, without an error. */
  finished(e: Evidence, since: Millis): boolean;
}

const tunnel: Witness = {
  heard: turnHasHeardSince,
  asked: ({ wire }, since) => (wire.lastRequestAt ?? 0) >= since,
  /**
   * An answer that came whole may be a refusal, or belong to a side request. A little later the agent reports the
   * refusal, or sends the turn's own request. An answer that goes on is the model's. Neither counts if the agent then
   * counts down to its next try.
   */
  answered(e, since) {
    const connection = carrierOf(e, since)?.connection;
    if (connection?.stage !== 'answer' || (connection.requestAt ?? 0) < since) return false;
    const lastedMs = e.now - (connection.answerAt ?? e.now);
    return e.phase !== 'retrying' && (streams(connection) || lastedMs >= settleMs);
  },
  /**
   * A turn without a request does not count: the agent wrote its words itself. Nor does the free prompt of the turn
   * before: the next one may not have been seen yet.
   */
  finished: (e, since) => tunnel.asked(e, since) && Math.min(quietMs(e), e.now - since) >= settleMs,
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
  /**
   * The prompt was taken: a turn was seen, or nothing is in the box. What stands there after a turn is the person's.
   */
  finished: (e, since) =>
    ((e.turn.lastStartedAt ?? 0) > since || !e.screen?.facts.draft) &&
    Math.min(quietMs(e), e.now - since) >= unseenMs,
};

const seesTurns = ({ wire }: Evidence): boolean => wire.seen > 0 && wire.turnsAsk !== 'elsewhere';

const witnessOf = (e: Evidence): Witness => (seesTurns(e) ? tunnel : screen);

export const heardSince = (e: Evidence, since: Millis): boolean => witnessOf(e).heard(e, since);

const proofs: { readonly [R in Rung]: (e: Evidence, cure: Cure) => boolean } = {
  // A connection that is still held when the turn is over (telemetry, for one) was not the turn's.
  hold: (e, { at }) =>
    (witnessOf(e).heard(e, at) || turnSucceeded(e, at)) && (e.wire.waiting.length === 0 || isSettledIdle(e)),
  wait: (e, { at }) => e.terminal.lastOutputAt > at || isSettledIdle(e),
  // A living agent that asks a person has its answer.
  cut: (e, { at }) => turnSucceeded(e, at) || e.phase === 'dialog',
  nudge: (e, { at }) => turnSucceeded(e, at) || e.phase === 'dialog',
  relaunch: (e) =>
    e.agent.prompted ? turnSucceeded(e, e.agent.startedAt) : e.phase === 'idle' || inTurn(e.phase),
  // A screen that has crashed takes no prompt, however free everything else says it is.
  ask: (e, { at }) => e.screen?.facts.activity !== 'crashed' && (turnSucceeded(e, at) || isSettledIdle(e)),
};

export function helped(cure: Cure, e: Evidence): boolean {
  return cure.stage === 'verify' && !wasRefused(cure, e) && proofs[cure.rung](e, cure);
}

/** The API refuses what was asked after this cure, as the agent reports; waiting proves nothing. */
export function wasRefused(cure: Cure, { turn: { failure } }: Evidence): boolean {
  return failure !== null && isRefusal(failure) && failure.at > cure.at;
}

/** The cure took effect; what follows is judged by the limits for silence. */
export function tookEffect({ at, rung }: Cure, e: Evidence): boolean {
  const held = e.wire.waiting.some(({ since }) => since >= at);
  // A short turn is easily missed, and a free prompt without an error is no reason to relaunch. After a relaunch a turn
  // that was seen has just ended, perhaps with its whole answer at once.
  const mayBeOver = rung === 'nudge' || (rung === 'relaunch' && (e.turn.lastStartedAt ?? 0) > at);
  const missed = mayBeOver && !seesTurns(e) && e.phase === 'idle' && e.turn.failure === null;
  // The agent has noticed, and counts down to its own next try.
  const retries = e.phase === 'retrying';
  // Whatever waited on what was cut asks again at once. A hook of the person's that began before the cut did not wait.
  // The end of a tool's process shows up to a sample late, and so does the wait that follows.
  const { told, toldAt, listeningSince } = e.turn;
  const waitsSince = listeningSince === null ? at : listeningSince - sampleMs;
  const steppedAt = Math.min(waitsSince, (told?.working ? toldAt : null) ?? at);
  const hookedSince = rung === 'cut' ? Math.min(at, steppedAt) : at;
  return held || missed || retries || isHooked(e, hookedSince) || witnessOf(e).asked(e, at);
}

/**
 * A turn runs, and something that the agent has started since, such as a hook of the person's, keeps it or has just
 * ended: the request is on its way. What leads a session of its own counts only in a turn that has begun since; before
 * that, it may be a tool of the turn that hangs.
 */
function isHooked(e: Evidence, since: Millis): boolean {
  const { turn, sample, now } = e;
  if (turn.workingSince === null || sample === null) return false;
  const { workerSeenAt } = sample;
  const isHelped = helperStart(sample, now) > Math.max(0, since - reportLagMs);
  const isNew = seenSince(e) > since;
  return isHelped || (isNew && workerSeenAt !== null && now - workerSeenAt < hookedMs);
}

/** A turn, or a request of it, has begun after `since`. */
export const hasBegun = (e: Evidence, since: Millis): boolean =>
  Math.max(seenSince(e), clockSince(e), e.turn.requestedAt ?? 0) > since;

/** A turn that began after `since` gets its answer, or has ended well. */
function turnSucceeded(e: Evidence, since: Millis): boolean {
  const witness = witnessOf(e);
  return witness.answered(e, since) || (e.turn.failure === null && witness.finished(e, since));
}

/** Waits a moment, because a free prompt may be seen before the error that came with it. */
const isSettledIdle = (e: Evidence): boolean => e.turn.failure === null && quietMs(e) >= settleMs;

/** When the running turn was first seen; 0: no turn runs. */
function seenSince({ turn }: Evidence): Millis {
  return Math.max(turn.workingSince ?? 0, turn.told?.working ? turn.told.at : 0);
}

/**
 * When the running turn began by the agent's own clock; 0: it shows none. The free prompt between two turns can be too
 * short to be seen, but the clock restarts with each turn.
 */
const clockSince = ({ screen }: Evidence): Millis => (screen && clockBeganAt(screen)) ?? 0;
