/** The turn: what hooks, the record and the screen report of it. `turn-phases.ts` adds when its phases changed. */
import type { Event, Millis, ScreenFacts } from '../../events.ts';
import { obeysMs, reportLagMs, requestBytes } from '../limits.ts';
import { type Failures, failed, noFailures } from './failures.ts';
import type { Person } from './person.ts';
import { freshBanner, type Screen } from './screen.ts';
import { awaitsSubagent, type OpenTool } from './tools.ts';

export interface Turn extends Failures {
  /** What hooks report; null: they do not report the turn. */
  readonly told: {
    readonly working: boolean;
    readonly at: Millis;
    /** It is over, and has not failed. */
    readonly well?: true;
    /** It is over: when its beginning was reported. Absent: it was not, or an interrupt has ended it. */
    readonly begunAt?: Millis;
  } | null;
  /**
   * When a hook last reported a step of the agent: a prompt taken, a tool begun or ended, the turn ended. What begins
   * or ends beside a subagent that the turn waits for is none: the subagent goes on.
   */
  readonly toldAt: Millis | null;
  /**
   * The last message that hooks have reported and that seemed to be one for the queue of the turn; null: none since
   * hooks reported a turn's beginning. `elapsedS` is what the turn's clock showed then.
   */
  readonly queued: { readonly at: Millis; readonly elapsedS: number } | null;
  /** When the guard last had the key typed that interrupts a turn (`decide/nudging.ts` says so); null: never. */
  readonly interruptSentAt: Millis | null;
  /** Turns seen to start, by any sense. */
  readonly count: number;
  /** When the last of them was. */
  readonly lastStartedAt: Millis | null;
  /** Since when the agent has been in a turn; null while it is not. */
  readonly workingSince: Millis | null;
  /** Since when it has waited for the API alone: no tool, no dialog, no retry of its own. */
  readonly listeningSince: Millis | null;
  /**
   * Since when it has been in a turn without a break, and so should draw. Unlike `workingSince` it restarts after a
   * dialog.
   */
  readonly drawsSince: Millis | null;
  readonly idleSince: Millis | null;
  /** Unix milliseconds at which the usage limit that ended the turn is over. */
  readonly limitResetsAt: number | null;
  /** When the record last reported a request; null: it never did. */
  readonly requestedAt: Millis | null;
  /** When the agent's own next retry is due, as it has recorded; null once the retry was made. */
  readonly retryAt: Millis | null;
  /** The model's latest answer on record in this turn; null: there is none. */
  readonly answer: {
    readonly at: Millis;
    readonly cutShort: boolean;
    /** It says that nothing follows. Absent: that is not known. */
    readonly endsTurn?: true;
  } | null;
  /** The record of this agent's conversation is being read. */
  readonly recordSpeaks: boolean;
  /** When the record last told of a prompt; null: it never did. */
  readonly promptRecordedAt: Millis | null;
}

export const noTurn: Turn = {
  told: null,
  toldAt: null,
  queued: null,
  interruptSentAt: null,
  count: 0,
  lastStartedAt: null,
  workingSince: null,
  listeningSince: null,
  drawsSince: null,
  idleSince: null,
  failure: null,
  ...noFailures,
  limitResetsAt: null,
  requestedAt: null,
  retryAt: null,
  answer: null,
  recordSpeaks: false,
  promptRecordedAt: null,
};

/** A turn inherits no wait from the turn before: the phase may not have changed from one to the next. */
const unlistened = { listeningSince: null, drawsSince: null } as const;

/** @param before the screen, the person's interrupt and the open calls as they were before this event */
export function foldTurn(
  turn: Turn,
  event: Event,
  now: Millis,
  {
    screen,
    person,
    tools,
  }: {
    readonly screen: Screen | null;
    readonly person: Pick<Person, 'lastInterruptAt'>;
    readonly tools: readonly OpenTool[];
  },
): Turn {
  switch (event.type) {
    case 'agent.started': {
      const { failedTurns, refusedTurns, lastRefused, limitResetsAt } = turn;
      return { ...noTurn, failedTurns, refusedTurns, lastRefused, limitResetsAt };
    }
    case 'turn.started':
      return {
        ...turn,
        ...unlistened,
        told: { working: true, at: now },
        toldAt: now,
        queued: null,
        limitResetsAt: null,
        // What was drawn before this was written may be read a little later, but not by that much.
        failure: isNewer(turn.failure, now + reportLagMs) ? turn.failure : null,
        retryAt: null,
        answer: isNewer(turn.answer, now + reportLagMs) ? turn.answer : null,
      };
    case 'turn.ended': {
      const begun = turn.told?.working && { begunAt: turn.told.at };
      const told = { working: false, at: now, ...begun, ...(event.well && { well: true as const }) };
      const over = { ...turn, told, toldAt: now, retryAt: null };
      if (event.failure)
        return { ...over, ...failed(turn, { kind: event.failure, at: now, sense: 'hooks' }) };
      // What was seen since this was written is how the turn ended, or a later one.
      return !event.well && isNewer(turn.failure, now) ? over : { ...over, ...noFailures, failure: null };
    }
    case 'interrupted':
      return {
        ...turn,
        ...unlistened,
        retryAt: null,
        told: turn.told && { working: false, at: now },
        answer: null,
      };
    case 'tool.started':
      return turn.told === null || event.recorded || event.agentId !== undefined
        ? turn
        : { ...stepped(turn, event, now, tools), told: goingOn(turn, turn.told) };
    case 'tool.finished':
      return turn.told === null || event.recorded || event.agentId !== undefined
        ? turn
        : stepped(turn, event, now, tools);
    case 'failure.recorded':
      return { ...turn, failure: turn.failure ?? { kind: event.failure, at: now, sense: 'record' } };
    case 'prompt.recorded': // what the record holds before it is an answer to an earlier one
      return { ...turn, recordSpeaks: true, promptRecordedAt: now, answer: null };
    case 'answer.recorded':
      return {
        ...turn,
        recordSpeaks: true,
        answer: { at: now, cutShort: event.cutShort ?? false, ...(event.endsTurn && { endsTurn: true }) },
        failure: takesBack(turn, event) ? null : turn.failure,
        ...(event.endsTurn && noFailures),
      };
    case 'connection.closed': // an agent that obeys an interrupt closes first and reports the interrupt later
      return event.by === 'agent' && person.lastInterruptAt !== null && now - person.lastInterruptAt < obeysMs
        ? { ...turn, ...unlistened }
        : turn;
    case 'retry.recorded':
      return { ...turn, retryAt: now + event.inMs };
    case 'request.sent':
      return { ...turn, requestedAt: now, retryAt: null };
    case 'connection.bytes':
      return event.up >= requestBytes && isDue(turn.retryAt, now) ? { ...turn, retryAt: null } : turn;
    case 'screen':
      return seen(turn, event, now, screen, isInterrupted(turn, interruptKeyAt(turn, person), now));
    default:
      return turn;
  }
}

const stepped = (
  turn: Turn,
  { toolUseId }: { readonly toolUseId: string },
  now: Millis,
  tools: readonly OpenTool[],
): Turn => (awaitsSubagent(tools, toolUseId) ? turn : { ...turn, toldAt: now });

/**
 * A turn that runs tools has not ended: a hook of the person's kept it going after its end was reported. Where no other
 * sense sees it run, the tool may be that of a subagent, which not every agent tells apart.
 */
const goingOn = ({ workingSince }: Turn, told: NonNullable<Turn['told']>): Turn['told'] =>
  told.working || workingSince === null ? told : { working: true, at: told.at };

/** The model has said its last word, or has gone on after what the record alone calls a failure. */
const takesBack = (turn: Turn, { endsTurn }: Extract<Event, { type: 'answer.recorded' }>): boolean =>
  turn.failure?.sense === 'record' ||
  (turn.failure?.sense === 'screen' && endsTurn === true && recordHasTurn(turn));

/** The record has told of this turn's prompt. Before that, an answer that is read late may be the last turn's. */
export const recordHasTurn = ({ promptRecordedAt, lastStartedAt }: Turn): boolean =>
  promptRecordedAt !== null && promptRecordedAt > (lastStartedAt ?? 0) - reportLagMs;

/** The key was pressed just now, and not before the latest turn: a turn that it had the queue begin goes on. */
const isInterrupted = ({ workingSince, lastStartedAt }: Turn, keyAt: Millis, now: Millis): boolean =>
  now - keyAt < obeysMs && keyAt >= (workingSince ?? lastStartedAt ?? 0);

function seen(
  turn: Turn,
  { facts }: Extract<Event, { type: 'screen' }>,
  now: Millis,
  last: Screen | null,
  wasStopped: boolean,
): Turn {
  const banner = freshBanner(last, facts, wasStopped);
  return {
    ...turn,
    ...(restartsClock(last, facts) && { ...unlistened, workingSince: null }),
    limitResetsAt:
      facts.activity === 'idle' ? (facts.limitResetsAt ?? turn.limitResetsAt) : turn.limitResetsAt,
    ...(facts.activity === 'busy' && { failure: null }),
    ...(banner && failed(turn, { kind: banner.kind, at: now, sense: 'screen' })),
  };
}

/** When a key was last pressed that interrupts a turn, by the person or the guard; 0: never. */
export const interruptKeyAt = ({ interruptSentAt }: Turn, person: Pick<Person, 'lastInterruptAt'>): Millis =>
  Math.max(interruptSentAt ?? 0, person.lastInterruptAt ?? 0);

/** The free prompt between two turns can be too short to be seen, but each turn has a clock of its own. */
const restartsClock = (last: Screen | null, { elapsedS }: ScreenFacts): boolean =>
  elapsedS !== undefined && elapsedS < (last?.facts.elapsedS ?? 0);

export const isNewer = (said: { readonly at: Millis } | null, than: Millis): boolean =>
  said !== null && said.at > than;

/** A request from before the retry may be reported late; it is not the awaited retry. */
function isDue(retryAt: Millis | null, now: Millis): boolean {
  return retryAt !== null && now >= retryAt - reportLagMs;
}

/** The turn's last answer is on record, and nothing that passed at `byteAt` or before can be missing from it. */
export const isWholeOnRecord = ({ answer }: Turn, byteAt: Millis): boolean =>
  answer?.endsTurn === true && byteAt < answer.at + reportLagMs;
