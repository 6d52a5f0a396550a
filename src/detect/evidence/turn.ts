/** The turn: what hooks and the record tell of it, and since when the agent has been in which part of it. */
import type { Event, FailureKind, Millis } from '../../events.ts';
import type { Sense } from '../claim.ts';
import { requestBytes, toldLateMs } from '../limits.ts';
import { inTurn, listens, type Phase } from '../phases.ts';
import type { Person } from './person.ts';
import { freshBanner, type Screen } from './screen.ts';
import { isOfSubagent, type OpenTool } from './tools.ts';

export interface Failure {
  readonly kind: FailureKind;
  readonly at: Millis;
  /** Who told of it. The record also holds failures that the turn got over: what it says only it takes back. */
  readonly sense: Extract<Sense, 'hooks' | 'screen' | 'record'>;
}

/** The API has understood the request and does not take it: another try would fare no better. */
export function isRefusal({ kind }: Failure): boolean {
  return kind === 'history' || kind === 'refused' || kind === 'too-long' || kind === 'person';
}

export interface Turn {
  /** As hooks tell it; null: they do not. */
  readonly told: { readonly working: boolean; readonly at: Millis } | null;
  /** When a hook last told of a step of the agent's own: a prompt taken, a tool begun or ended, the turn ended. */
  readonly toldAt: Millis | null;
  /** Turns seen to start, by any sense. */
  readonly count: number;
  /** Since when the agent has been in a turn; null while it is not. */
  readonly workingSince: Millis | null;
  /** Since when it has waited for the API and for nothing else: no tool, no dialog, no retry of its own. */
  readonly listeningSince: Millis | null;
  /** Since when it has had a turn to draw without a break; unlike `workingSince` it begins anew after a dialog. */
  readonly drawsSince: Millis | null;
  readonly idleSince: Millis | null;
  readonly failure: Failure | null;
  /** Turns in a row that ended in a failure. */
  readonly failedTurns: number;
  /** Unix milliseconds at which the usage limit that ended the turn is over. */
  readonly limitResetsAt: number | null;
  /** When the record last told of a request; null: it does not. */
  readonly requestedAt: Millis | null;
  /** When the agent's own next try is due, as it has recorded; null once it was made. */
  readonly retryAt: Millis | null;
  /** The latest answer of the model's in this turn that is on record; null: none is. */
  readonly answer: { readonly at: Millis; readonly cutShort: boolean } | null;
  /** The record of this agent's conversation is being read. */
  readonly recordSpeaks: boolean;
}

export const noTurn: Turn = {
  told: null,
  toldAt: null,
  count: 0,
  workingSince: null,
  listeningSince: null,
  drawsSince: null,
  idleSince: null,
  failure: null,
  failedTurns: 0,
  limitResetsAt: null,
  requestedAt: null,
  retryAt: null,
  answer: null,
  recordSpeaks: false,
};

/** What another turn waits for is none of this one's: from one to the next the phase may never have changed. */
const unlistened = { listeningSince: null, drawsSince: null } as const;

/** An agent obeys an interrupt within 260 ms (lab notes §2); on a busy machine it takes its time. */
const obeysMs = 2_000;

/** @param before what the screen said, what the person did, and which tools were open, until this event */
export function foldTurn(
  turn: Turn,
  event: Event,
  now: Millis,
  {
    screen,
    tools,
    person,
  }: {
    readonly screen: Screen | null;
    readonly tools: readonly OpenTool[];
    readonly person: Pick<Person, 'lastInterruptAt'>;
  },
): Turn {
  switch (event.type) {
    case 'agent.started':
      return { ...noTurn, failedTurns: turn.failedTurns, limitResetsAt: turn.limitResetsAt };
    case 'turn.started':
      return {
        ...turn,
        ...unlistened,
        told: { working: true, at: now },
        toldAt: now,
        limitResetsAt: null,
        failure: null,
        retryAt: null,
        answer: null,
      };
    case 'turn.ended':
      return {
        ...turn,
        told: { working: false, at: now },
        toldAt: now,
        retryAt: null,
        // A failure that is known from the record alone was not counted, and may be that of the turn before, told late.
        failedTurns: event.failure
          ? turn.failedTurns + (turn.failure && turn.failure.sense !== 'record' ? 0 : 1)
          : 0,
        failure: event.failure ? { kind: event.failure, at: now, sense: 'hooks' } : null,
      };
    case 'interrupted':
      return {
        ...turn,
        ...unlistened,
        retryAt: null,
        told: turn.told && { working: false, at: now },
        answer: null,
      };
    case 'tool.started':
      return turn.told === null || event.recorded || (event.agentId ?? null) !== null
        ? turn
        : { ...turn, toldAt: now };
    case 'tool.finished':
      return turn.told === null || isOfSubagent(tools, event.toolUseId) ? turn : { ...turn, toldAt: now };
    case 'failure.recorded':
      return { ...turn, failure: turn.failure ?? { kind: event.failure, at: now, sense: 'record' } };
    case 'prompt.recorded':
      return { ...turn, recordSpeaks: true };
    case 'answer.recorded':
      return {
        ...turn,
        recordSpeaks: true,
        answer: { at: now, cutShort: event.cutShort ?? false },
        failure: turn.failure?.sense === 'record' ? null : turn.failure,
      };
    case 'connection.closed': // by an agent that obeys, which tells of the interrupt a little later
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
      return seen(turn, event, now, screen);
    default:
      return turn;
  }
}

function seen(
  turn: Turn,
  { facts }: Extract<Event, { type: 'screen' }>,
  now: Millis,
  last: Screen | null,
): Turn {
  const banner = freshBanner(last, facts);
  const cleared = facts.activity === 'busy' ? null : turn.failure;
  return {
    ...turn,
    limitResetsAt:
      facts.activity === 'idle' ? (facts.limitResetsAt ?? turn.limitResetsAt) : turn.limitResetsAt,
    failedTurns: banner && turn.failure === null ? turn.failedTurns + 1 : turn.failedTurns,
    failure: banner ? { kind: banner.kind, at: now, sense: 'screen' } : cleared,
  };
}

/** A request of before, told late, is not the try that is waited for. */
function isDue(retryAt: Millis | null, now: Millis): boolean {
  return retryAt !== null && now >= retryAt - toldLateMs;
}

/** Keeps the moments at which the phase has changed. */
export function marked(turn: Turn, phase: Phase, now: Millis): Turn {
  const listeningSince = listens(phase) ? (turn.listeningSince ?? now) : null;
  const drawsSince = inTurn(phase) ? (turn.drawsSince ?? now) : null;
  const same = listeningSince === turn.listeningSince && drawsSince === turn.drawsSince;
  return onOff(same ? turn : { ...turn, listeningSince, drawsSince }, phase, now);
}

/** A dialog, a limit or a suspension belongs to the turn, or the rest, in which it came. */
function onOff(turn: Turn, phase: Phase, now: Millis): Turn {
  if (phase === 'dialog' || phase === 'suspended' || phase === 'gone' || phase === 'limit') return turn;
  if (inTurn(phase)) {
    if (turn.workingSince !== null) return turn.idleSince === null ? turn : { ...turn, idleSince: null };
    return { ...turn, workingSince: now, idleSince: null, count: turn.count + 1, answer: null };
  }
  if (turn.idleSince !== null && turn.workingSince === null) return turn;
  return { ...turn, workingSince: null, idleSince: turn.idleSince ?? now };
}
