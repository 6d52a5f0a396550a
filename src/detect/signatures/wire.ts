/** What the wire shows of a turn that waits for the API alone: a dead connection, no request, no growth. */
import type { Config } from '../../config/schema.ts';
import type { Millis, ScreenFacts } from '../../events.ts';
import { carrierOf, turnHasHeardSince } from '../carrier.ts';
import { hasStepAfterRequest } from '../claims.ts';
import { type Connection, lastByteAt, type Stage, streams } from '../evidence/connection.ts';
import type { Evidence } from '../evidence/index.ts';
import { isRepeated } from '../evidence/repeated.ts';
import { helperStart } from '../evidence/sample.ts';
import { awaitsSubagent } from '../evidence/tools.ts';
import { isWholeOnRecord } from '../evidence/turn.ts';
import { conversationBytes, knowsHabits, type LimitName, limitMs, reportLagMs } from '../limits.ts';
import { listens, turnActivities } from '../phases.ts';
import { type Signature, type Suspicion, seconds } from '../verdict.ts';

const deadStream: Signature = {
  class: 'dead-stream',
  help: 'no byte on the connection in the middle of a response',
  silence: 'streamMs',
  test: (e, config) => silent(e, config, ['answer']),
};

const noFirstByte: Signature = {
  class: 'no-first-byte',
  help: 'a request was sent and nothing came back',
  silence: 'firstByteMs',
  test: (e, config) => silent(e, config, ['request', 'handshake']),
};

export const wireSignatures = [deadStream, noFirstByte] as const;

const position: { readonly [S in Stage]: string } = {
  handshake: 'handshake unanswered',
  ready: 'nothing asked', // by this turn: the connection is only kept alive
  request: 'request unanswered',
  answer: 'in mid-response',
};

/** The connection that the turn waits on is dead, and the agent has not noticed. */
function silent(e: Evidence, config: Config, stages: readonly Stage[]): Suspicion | null {
  const { connections, waiting, heldUntil } = e.wire;
  if (!listens(e.phase) || waiting.length > 0) return null; // the tunnel already takes care of a held connection
  if (e.turn.listeningSince === null) return null;
  const carrier = carrierOf(e, e.turn.listeningSince);
  if (!carrier || !stages.includes(carrier.connection.stage)) return null;
  const { id, host, stage } = carrier.connection;
  const limit = limitOf(carrier.connection, e, config);
  if (limit === null) return null;
  return {
    since: Math.max(
      carrier.lastByteAt,
      e.turn.listeningSince,
      endedAt(e, carrier.connection),
      // An answer that came whole may be a side request's, and the turn may have waited on the held connection.
      stage === 'answer' && !streams(carrier.connection) ? (heldUntil ?? 0) : 0,
    ),
    limit,
    because: (lastedMs) => [
      `agent ${e.phase}, no tool running`,
      `connection ${id} to ${host}: last byte ${seconds(lastedMs)} ago, ${position[stage]}`,
    ],
    cure: 'cut',
    connections: connections
      .filter((each) => each.id === id || !flows(each, e, config))
      .map((each) => each.id),
  };
}

/** It carries an answer that is alive, such as a subagent's. */
const flows = (each: Connection, { now, host }: Evidence, config: Config): boolean =>
  streams(each) && now - lastByteAt(each) < limitMs('midResponse', config, host);

/**
 * When the turn's connection ended, if it was not `left`: the agent asks again a little later, or has ended the turn
 * itself. A streamed answer is the model's, whoever ends it. A conversation only grows, so a lost answer to a smaller
 * request belonged to a side request; a request that the agent gives up unanswered may be a side request of any size.
 * An answer to a larger request, or to a conversation's that went up later, that the peer closes may be one that broke
 * off as it began.
 */
function endedAt({ wire }: Evidence, left: Connection): Millis {
  const ended = wire.closed.findLast(
    ({ by, carried, requestSize, requestAt }) =>
      carried === 'stream' ||
      (by !== 'agent' && carried === 'request' && requestSize >= Math.max(1, left.requestSize)) ||
      (by === 'peer' && carried === 'whole' && requestSize >= left.requestSize) ||
      (by === 'peer' && requestSize >= conversationBytes && (requestAt ?? 0) > (left.requestAt ?? 0)),
  );
  return ended?.at ?? 0;
}

/** Null: something that the agent itself has started is at work, so no limit applies. */
function limitOf(connection: Connection, e: Evidence, config: Config): LimitName | null {
  const { stage, requestAt } = connection;
  const steppedAfter = ownStepAfter(connection, e);
  if (e.phase === 'working' && steppedAfter !== null) {
    // A hook of the person's starts with the step; a helper that was there before the step is no hook.
    if (helperStart(e.sample, e.now) > steppedAfter || comesFromElsewhere(e, steppedAfter)) return null;
    if (stage === 'request') return 'ownStepUnanswered';
    return hasRunTools(requestAt, e) ? 'restOfAnswer' : 'ownStep';
  }
  if (stage === 'handshake') return 'handshake';
  if (stage === 'request') return isRepeated(connection, e) ? 'repeatedRequest' : 'firstByte';
  // Where no hook reports whose step it is, a helper younger than the last byte is most likely one: the answer is over.
  const isUntold = e.turn.told === null || awaitsSubagent(e.tools);
  if (isUntold && helperStart(e.sample, e.now) > lastByteAt(connection)) return 'ownStep';
  return knowsHabits(e.host, config) ? 'midResponse' : 'midResponseUnknown';
}

/**
 * The time after which the agent took a step of its own (a prompt taken, a tool ended, a whole answer on record), if
 * that was later than what this connection carries; null: it took none. Hooks report the step. Without them it shows
 * when the agent begins to wait: no byte has come since, and no call is open that is recorded before it runs.
 */
function ownStepAfter(connection: Connection, e: Evidence): Millis | null {
  const { told, toldAt, listeningSince } = e.turn;
  if (connection.stage === 'answer' && isWholeOnRecord(e.turn, lastByteAt(connection)))
    return lastByteAt(connection);
  const aside = askedBesides(connection, e);
  if (told)
    return hasStepAfterRequest(e, aside === null ? connection.requestAt : aside.lastAskedAt)
      ? (toldAt ?? 0) - reportLagMs
      : null;
  const steppedAt = (listeningSince ?? 0) - reportLagMs;
  const lastAt = aside === null ? lastByteAt(connection) : aside.lastAskedAt;
  if (e.tools.length > 0 || lastAt > steppedAt) return null;
  return aside === null ? lastAt : steppedAt;
}

/**
 * Not null if what this connection carries was not the turn's own request: it was answered in one go, and either it was
 * smaller than a conversation or the record, which holds the turn's requests, has no trace of it. Null: it may have
 * been.
 */
function askedBesides(
  connection: Connection,
  { wire, turn: { requestedAt } }: Evidence,
): { readonly lastAskedAt: Millis } | null {
  const { stage, requestAt, requestSize } = connection;
  if (stage !== 'answer' || streams(connection)) return null;
  if (requestSize < conversationBytes) return { lastAskedAt: wire.lastConversationAt ?? 0 };
  const isUnrecorded = requestedAt !== null && (requestAt ?? 0) > requestedAt + reportLagMs;
  return isUnrecorded ? { lastAskedAt: requestedAt } : null;
}

/**
 * Whether tools of this turn have run since the request, and none is running any more. The request was sent in this
 * turn, so any tool that has run since is also this turn's.
 */
function hasRunTools(requestAt: Millis | null, { turn, tools, sample }: Evidence): boolean {
  const { told, toldAt, workingSince, listeningSince } = turn;
  if (told && told.at === toldAt) return false; // a prompt was taken, or the turn has ended, and no more
  const begunAt = told ? (told.working ? told.at : null) : workingSince;
  if (begunAt === null || (requestAt ?? 0) <= begunAt - reportLagMs || tools.length > 0) return false;
  return sample !== null && sample.workers === 0 && sample.at > ((told ? toldAt : listeningSince) ?? 0);
}

/**
 * Something inside the agent, such as a plugin, keeps the turn from its first request, and no process runs that could
 * be a hook of the person's.
 */
export const neverAsked: Signature = {
  class: 'never-asked',
  help: 'a prompt was taken, and no request was sent',
  silence: 'unseen',
  needsTerminal: true,
  test(e) {
    const { phase, turn, wire, sample } = e;
    const { told, listeningSince } = turn;
    if (phase !== 'working' || !told?.working || listeningSince === null) return null;
    const { waiting, lastRequestAt, heldUntil, seen } = wire;
    if (waiting.length > 0 || seen === 0 || (lastRequestAt ?? 0) > told.at - reportLagMs) return null;
    if (!sample || sample.workers > 0 || sample.helperSince !== null) return null;
    // The answer that was being read as a message entered the queue goes on, or one comes from a host that is not seen.
    if (turnHasHeardSince(e, told.at + reportLagMs) || comesFromElsewhere(e, told.at)) return null;
    return {
      since: Math.max(told.at, listeningSince, heldUntil ?? 0),
      limit: 'neverAsked',
      because: (lastedMs) => [
        `a prompt was taken ${seconds(lastedMs)} ago, and no request has been sent since`,
        'no tool running, no process at work',
      ],
      cure: 'nudge',
    };
  },
};

/** The screen has counted an answer since, and no request on the wire can have asked for it. */
const comesFromElsewhere = ({ screen, wire }: Evidence, since: Millis): boolean =>
  (screen?.countedAt ?? 0) > since && (wire.lastRequestAt ?? 0) <= since;

/** The screen of a turn that waits for the API; null if it is no witness. */
export function screenAtWork({ phase, screen, turn }: Evidence): Evidence['screen'] {
  const reads = listens(phase) && turn.listeningSince !== null && screen !== null;
  return reads && turnActivities.includes(screen.facts.activity) ? screen : null;
}

/**
 * Whether the screen can show that the answer grows. Before the first word some agents show a clock but no counter; a
 * model that says it is thinking may be at work without a counter.
 */
function isCounted({ tokens, thinking, elapsedS }: ScreenFacts): boolean {
  return tokens !== undefined || (!thinking && elapsedS !== undefined);
}

/**
 * A second clock, which no ping can feed: bytes arrive, but the answer does not grow. The limit is far above the
 * agent's own (600 s of pings, measured), so this ends only what the agent itself has missed.
 */
export const endlessResponse: Signature = {
  class: 'endless-response',
  help: 'the connection is alive, but the answer has not grown for very long',
  test(e) {
    const { wire, turn } = e;
    const screen = screenAtWork(e);
    if (!screen || wire.waiting.length > 0 || wire.connections.length === 0) return null;
    const heardAt: Millis = Math.max(...wire.connections.map(lastByteAt));
    // A side request during the answer (telemetry, every ten seconds) does not restart the clock.
    const askedAt = carrierOf(e, turn.listeningSince ?? 0)?.connection.requestAt ?? wire.lastRequestAt;
    return {
      since: Math.max(turn.listeningSince ?? 0, screen.tokensChangedAt ?? 0, askedAt ?? 0),
      limit: isCounted(screen.facts) ? 'growth' : 'growthUncounted',
      because: (lastedMs) => [
        `token counter at ${screen.facts.tokens ?? 0} for ${seconds(lastedMs)}`,
        `last byte ${seconds(e.now - heardAt)} ago`,
      ],
      cure: 'cut',
      connections: wire.connections.map(({ id }) => id),
    };
  },
};
