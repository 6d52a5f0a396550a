/**
 * The turn is over and the agent sits at its prompt, alive. The turn ended with an error that a new try can cure, with
 * a refusal of the conversation itself, without a word after its connection was lost, or with a truncated answer that
 * the agent took for a whole one.
 */
import type { FailureKind, Millis } from '../../events.ts';
import { turnHasRequestedSince } from '../carrier.ts';
import { type ClosedConnection, streams } from '../evidence/connection.ts';
import { isRefusal } from '../evidence/failures.ts';
import type { Evidence } from '../evidence/index.ts';
import { isWholeOnRecord, type Turn } from '../evidence/turn.ts';
import { otherWordsBytes } from '../evidence/wire.ts';
import { conversationBytes, hookReadMs, obeysMs, reportLagMs, settleMs } from '../limits.ts';
import { personTookOver, quietSince } from '../rest.ts';
import { askIfRepeated, type Signature, type Suspicion, seconds } from '../verdict.ts';

/**
 * Pause before a failed turn is resumed; it doubles with each failure in a row. A server's faults take longer to pass
 * than a line's.
 */
const pauseMs: { readonly [Kind in FailureKind]?: Millis } = {
  connection: 1_000,
  overloaded: 60_000,
  'rate-limit': 60_000,
};

const maxPauseMs = 300_000;

/**
 * If the prompt is free this soon after the connection ended, with no new request in between, the turn ended silently.
 */
export const silentEndMs = 5_000;

/** A single refusal may be about that one prompt. */
const refusalsInARow = 2;

type Ended = Omit<Suspicion, 'from' | 'limit'> & { readonly limit?: Millis };

const ending = (name: string, help: string, test: (e: Evidence) => Suspicion | null): Signature => ({
  class: name,
  help,
  unfinished: true,
  needsTerminal: true,
  test,
});

/** The same for a turn whose failure was reported. */
const failing = (name: string, help: string, test: (e: Evidence) => Suspicion | null): Signature => ({
  ...ending(name, help, test),
  failed: true,
});

/** Holds only at a free prompt. */
function atPrompt(e: Evidence, { limit = settleMs, ...end }: Ended): Suspicion | null {
  const from = quietSince(e);
  return from === null ? null : { ...end, from, limit };
}

/**
 * Holds only at a free prompt that nobody has touched since the turn ended. A turn that a person stops is theirs; one
 * that the API has refused was not stopped by them.
 */
function atRest(e: Evidence, end: Ended): Suspicion | null {
  const { failure, idleSince, told } = e.turn;
  // No screen shows a turn of a fraction of a second: by it, the prompt has been free since the turn before.
  const endedAt = failure?.at ?? Math.max(idleSince ?? 0, told?.working === false ? told.at : 0);
  const { lastInterruptAt } = e.person;
  const isRefused = failure !== null && isRefusal(failure);
  // A key from before the turn, such as the Esc by which the queue began it, has not stopped it.
  const isOwnEnd = (told?.begunAt ?? 0) > (lastInterruptAt ?? 0);
  if (!isRefused && !isOwnEnd && lastInterruptAt !== null && lastInterruptAt > endedAt - obeysMs) return null;
  return personTookOver(e, Math.min(endedAt, end.since)) ? null : atPrompt(e, end);
}

const untouched = 'the prompt is free, nobody has typed since';

const brokenHistory: Signature = {
  ...failing('broken-history', 'the API refuses the conversation: its history is damaged', (e) => {
    const { failure } = e.turn;
    if (failure?.kind !== 'history') return null;
    return atRest(e, {
      since: failure.at,
      because: () => ['the API refused the conversation', 'every later prompt would be refused, too'],
      cure: askIfRepeated('relaunch', e.conversation.historiesRepaired),
    });
  }),
  needsRepair: true,
};

/** Raised even while the person types, because its only cure is to tell them. */
const unknownRefusal = failing(
  'unknown-refusal',
  'the API refuses one request after another, for a reason that the guard does not know',
  (e) => {
    const { failure, refusedTurns } = e.turn;
    if (failure?.kind !== 'refused' || refusedTurns < refusalsInARow) return null;
    return atPrompt(e, {
      since: failure.at,
      because: () => [
        `${refusedTurns} requests in a row were refused, in words that are not known`,
        'try /rewind in the agent, or leave it and run guardctl repair',
      ],
      cure: 'ask',
    });
  },
);

const failedTurn = failing(
  'failed-turn',
  'the turn ended with a connection error; the agent sits at its prompt',
  (e) => {
    const { failure, count, failedTurns, told, requestedAt } = e.turn;
    const first = failure && pauseMs[failure.kind];
    if (!failure || !first || count === 0 || limited(e)) return null;
    const pause = Math.min(maxPauseMs, first * 2 ** Math.max(0, failedTurns - 1));
    // Where hooks report turns, they know better than the screen how this one has ended, once they tell of its end.
    const askedAt = Math.max(requestedAt ?? 0, e.wire.wholeAt.at(-1) ?? 0);
    const awaitsHook =
      failure.sense === 'screen' && told !== null && (told.working || askedAt > told.at + reportLagMs);
    return atRest(e, {
      since: failure.at,
      limit: awaitsHook ? Math.max(pause, hookReadMs) : pause,
      because: () => [`the turn ended with a failure of kind ${failure.kind}`, untouched],
      cure: 'nudge',
    });
  },
);

const silentEnd = ending(
  'silent-end',
  'the turn ended without a word right after its connection was lost',
  (e) => {
    const { idleSince, count } = e.turn;
    if (idleSince === null || count === 0) return null;
    const shownAt = shownFreeSince(e, idleSince);
    const endedAt = ({ by }: ClosedConnection): Millis => (by === 'guard' ? shownAt : idleSince);
    // What is lost later, as in a sleep, took no turn with it.
    const lost = e.wire.closed.findLast((each) => each.by !== 'agent' && each.at <= endedAt(each));
    if (!lost) return null;
    const since = endedAt(lost);
    const gap = since - lost.at;
    if (!abnormal(lost, e) || gap > silentEndMs) return null;
    if (turnHasRequestedSince(e, lost.at, lost.requestAt ?? lost.at)) return null;
    if (personTookOver(e, lost.at) || isReplaced(lost, e)) return null;
    return atRest(e, {
      since,
      because: () => [
        `the turn ended ${seconds(gap)} after its connection was cut`,
        'no new request was made',
      ],
      cure: 'nudge',
    });
  },
);

const cutShort = ending(
  'cut-short',
  'the turn ended with an answer that broke off in the middle, taken for a whole one',
  (e) => {
    const { answer, failure, count } = e.turn;
    if (!answer?.cutShort || !e.host.namesStops || failure || count === 0) return null;
    return atRest(e, {
      since: answer.at,
      because: () => ['the answer on record has no end', untouched],
      cure: 'nudge',
    });
  },
);

export const endedTurnSignatures = [brokenHistory, unknownRefusal, failedTurn, silentEnd, cutShort] as const;

/** By its printed reset time, plus a minute for clocks that differ, the usage limit still applies. */
function limited({ turn, clock }: Evidence): boolean {
  if (turn.failure?.kind !== 'rate-limit' || turn.limitResetsAt === null || clock.wallOffsetMs === null)
    return false;
  return clock.at + clock.wallOffsetMs < turn.limitResetsAt + 60_000;
}

/**
 * Since when the prompt has been free by the first sense that tells of it: the screen may show it before one that it
 * cannot overrule. This counts beside the guard's own cut only, which alone is never reported late.
 */
function shownFreeSince({ turn: { lastStartedAt, told }, screen }: Evidence, idleSince: Millis): Millis {
  const isOfThisTurn = (at: Millis) => at > (lastStartedAt ?? 0) && idleSince - at < reportLagMs;
  const toldAt = told?.working === false ? told.at : idleSince;
  const shownAt = screen?.facts.activity === 'idle' ? screen.activitySince : idleSince;
  return Math.min(idleSince, ...[toldAt, shownAt].filter(isOfThisTurn));
}

/**
 * An answer that was asked for later, on another connection, has come since: it was the turn's. It streams, or it was
 * asked for before the loss with as much, and no record denies it. What is asked for afterwards,
 * `turnHasRequestedSince` judges.
 */
function isReplaced(lost: ClosedConnection, { wire, turn }: Evidence): boolean {
  const isLater = (requestAt: Millis | null, byteAt: Millis | null): boolean =>
    (byteAt ?? 0) > lost.at && (requestAt ?? 0) > (lost.requestAt ?? 0);
  const least = Math.max(conversationBytes, lost.requestSize - otherWordsBytes);
  const asksAsMuch = ({ requestAt, requestSize }: Pick<ClosedConnection, 'requestAt' | 'requestSize'>) =>
    !hasNoAnswer(turn) && requestSize >= least && (requestAt ?? 0) <= lost.at;
  return (
    wire.connections.some(
      (each) =>
        (streams(each) || (each.stage === 'answer' && asksAsMuch(each))) &&
        isLater(each.requestAt, each.lastDownAt),
    ) ||
    wire.closed.some(
      (each) =>
        (each.carried === 'stream' || (each.carried === 'whole' && asksAsMuch(each))) &&
        isLater(each.requestAt, each.lastByteAt),
    )
  );
}

/**
 * Whether the connection may have taken the turn with it: it was cut by the guard, reset or dead. A peer that closes
 * may simply have sent everything, and a guard that cuts as the machine wakes may come after it; then the answer is on
 * record. After an answer that is recorded as the turn's last, a connection on which no byte has passed since carried
 * nothing, however much later it was lost.
 */
function abnormal(lost: ClosedConnection, { turn }: Evidence): boolean {
  const { answer, recordSpeaks } = turn;
  if (isWholeOnRecord(turn, lost.lastByteAt)) return false;
  // An answer from before this request was asked for is that of an earlier step.
  if (lost.by === 'guard' && lost.isAtReturn && recordSpeaks)
    return (answer?.at ?? 0) < (lost.requestAt ?? 0) + reportLagMs;
  if (lost.by === 'guard' || lost.cause === 'reset' || lost.cause === 'dead') return true;
  return hasNoAnswer(turn);
}

/** The record, the better witness of this, has the turn's prompt and no answer to it. */
const hasNoAnswer = ({ recordSpeaks, answer }: Turn): boolean => recordSpeaks && answer === null;
