/**
 * What only the screen shows. The screen cannot tell long thinking from a dead stream, so the limits are wider than
 * where the tunnel sees the connection. A compaction of three to five minutes is ordinary; some have hung for days.
 */
import type { Config } from '../../config/schema.ts';
import type { Millis, ScreenFacts } from '../../events.ts';
import { lastByteAt } from '../evidence/connection.ts';
import type { Evidence } from '../evidence/index.ts';
import { helperStart } from '../evidence/sample.ts';
import type { Screen } from '../evidence/screen.ts';
import type { Turn } from '../evidence/turn.ts';
import { hookedMs, type LimitName, limitMs, reportLagMs, setsStreamLimit, settleMs } from '../limits.ts';
import { askIfRepeated, type Signature, seconds } from '../verdict.ts';
import { screenAtWork } from './wire.ts';

const silentScreen: Signature = {
  class: 'silent-screen',
  help: 'the spinner turns but the token counter stands still, and no connection can be seen',
  silence: 'unseen',
  needsTerminal: true,
  test(e, config) {
    const { wire, turn, now } = e;
    const screen = e.phase === 'compacting' ? null : screenAtWork(e); // a compaction has a limit of its own
    if (!screen || wire.connections.length > 0 || wire.waiting.length > 0) return null;
    const answeredAt = whenAnswered(e, screen);
    if (isHeldUp(e, answeredAt)) return null;
    const { facts, activitySince, tokensChangedAt } = screen;
    // An answer of the turn's that came whole shows on the screen a moment later. If nothing shows, it was a side
    // request's (telemetry), and no sign of life.
    if (now - (wire.closed.at(-1)?.at ?? 0) < settleMs) return null;
    const lostAt = wire.closed.findLast(({ carried }) => carried !== 'whole')?.at ?? 0;
    const askedAt = Math.max(turn.listeningSince ?? 0, turn.requestedAt ?? 0, hookEnd(e));
    return {
      since: Math.max(askedAt, activitySince, tokensChangedAt ?? 0, lostAt, answeredAt ?? 0),
      limit: answeredAt === null ? limitOf(screen, turn, config) : 'screenAnswered',
      because: (lastedMs) => [
        `spinner on, ${counter(facts)} for ${seconds(lastedMs)}`,
        ...(facts.activity === 'waiting' ? ['the agent says that it waits for the API'] : []),
        'no tool running, no connection to look at',
      ],
      cure: 'nudge',
    };
  },
};

/**
 * When the turn's last answer was over, as hooks or else the record report it, if nothing was asked or counted since.
 * Then it is not the API that is waited for, but most likely a hook of the person's. An answer on record without an end
 * counts, too, if something has been started with it. Null: it is not over.
 */
function whenAnswered({ turn, wire, sample, now }: Evidence, { tokensChangedAt }: Screen): Millis | null {
  const { told, answer, requestedAt } = turn;
  const isOver = answer?.endsTurn || (answer && helperStart(sample, now) > answer.at - reportLagMs);
  const recordedAt = answer && isOver ? answer.at : null;
  const endedAt = told === null ? recordedAt : told.working ? null : told.at;
  if (endedAt === null) return null;
  const goesOnAt = Math.max(requestedAt ?? 0, wire.lastConversationAt ?? 0, tokensChangedAt ?? 0);
  return goesOnAt > endedAt + reportLagMs ? null : endedAt;
}

/**
 * Something that the agent started with its latest step, such as a hook of the person's, is at work, and the turn has
 * sent no request since. On a dead line, the tunnel would have seen the attempt.
 */
function isHeldUp({ wire, turn, sample, now }: Evidence, answeredAt: Millis | null): boolean {
  if (answeredAt !== null) return helperStart(sample, now) > answeredAt - reportLagMs;
  const steppedAt = (turn.listeningSince ?? 0) - reportLagMs;
  return wire.seen > 0 && (wire.lastConversationAt ?? 0) <= steppedAt && helperStart(sample, now) > steppedAt;
}

/**
 * When a helper was last seen that began with this wait and has ended: most likely a hook of the person's, and the
 * request went up only then. 0: none has. What begins later, such as a status line's command, is none.
 */
function hookEnd({ sample, turn: { listeningSince }, now }: Evidence): Millis {
  const last = sample?.lastHelper ?? null;
  if (last === null || listeningSince === null || now - last.seenAt < hookedMs) return 0;
  return Math.abs(last.since - listeningSince) < settleMs ? last.seenAt : 0;
}

/**
 * Text and the input of a tool look alike, so a counter that stands still in mid-response gets as long as one before
 * the first word, unless the person has set how long. A counter from before the last tool says nothing about the answer
 * that is awaited now. Nor does a counter that was there when a wait began in mid-turn: after a pause of the agent's
 * own it is left over from the previous try.
 */
function limitOf(
  { facts, countedAt }: Screen,
  { listeningSince, workingSince }: Turn,
  config: Config,
): LimitName {
  const since = listeningSince ?? 0;
  const answering =
    countedAt !== null && (countedAt > since || (countedAt === since && since === workingSince));
  if (facts.activity === 'waiting') return 'screenWaiting';
  if (facts.thinking && facts.tokens === undefined) return 'screenThinking';
  return answering && !facts.thinking && setsStreamLimit(config) ? 'screenSet' : 'screenCounter';
}

function counter({ tokens }: ScreenFacts): string {
  return tokens === undefined ? 'no token counter' : `token counter at ${tokens}`;
}

const stuckCompaction: Signature = {
  class: 'stuck-compaction',
  help: 'a compaction that began and never ended',
  test(e, config) {
    if (e.phase !== 'compacting' || !e.screen) return null;
    return {
      since: Math.max(e.screen.activitySince, e.wire.heldUntil ?? 0),
      limit: isReceiving(e, config) ? 'compactionAlive' : 'compaction',
      because: (lastedMs) => [`compacting for ${seconds(lastedMs)}`],
      cure: askIfRepeated('nudge', e.conversation.compactionsCured),
    };
  },
};

/** Bytes of an answer still arrive. */
function isReceiving({ wire, now, host }: Evidence, config: Config): boolean {
  const limit = limitMs('midResponse', config, host);
  return wire.connections.some((each) => each.stage === 'answer' && now - lastByteAt(each) < limit);
}

export const screenSignatures = [silentScreen, stuckCompaction] as const;
