/**
 * Evidence: what is known of the agent right now, folded from events. Facts only; signatures judge it.
 * Plain data without methods, so that a checkpoint of it can stand in a journal.
 */
import type {
  ConnectionCause,
  ConnectionEnd,
  FailureKind,
  Millis,
  ProgramState,
  ScreenFacts,
  ToolRisk,
} from '../events.ts';

import { type Health, noHealth, usualDeadlineMs } from './health.ts';

/** One live connection of the tunnel to an API host. */
export interface Connection {
  readonly id: number;
  readonly host: string;
  readonly openedAt: Millis;
  readonly up: number;
  readonly down: number;
  readonly lastUpAt: Millis;
  readonly lastDownAt: Millis | null;
  /** The latest byte went up: a request (or a handshake) that nothing has answered yet. */
  readonly awaitsAnswer: boolean;
  /** When the last burst large enough to be a request went up; null before the first. */
  readonly requestAt: Millis | null;
}

/** An attempt that the tunnel holds: the agent waits, unaware. */
export interface Waiting {
  readonly id: number;
  readonly host: string;
  readonly since: Millis;
  readonly cause: ConnectionCause;
  readonly attempt: number;
  readonly of: number | null;
  readonly nextAt: Millis;
}

export interface ClosedConnection {
  readonly at: Millis;
  readonly by: ConnectionEnd;
  readonly cause: ConnectionCause;
}

export interface OpenTool {
  readonly toolUseId: string;
  readonly tool: string;
  readonly risk: ToolRisk;
  readonly delegates: boolean;
  readonly limitMs: number | null;
  readonly startedAt: Millis;
  /** Known from the transcript alone. */
  readonly recorded: boolean;
}

export interface ProcessSample {
  readonly at: Millis;
  readonly cpuMs: number;
  readonly state: string;
  readonly rssBytes: number;
  readonly memoryShare: number;
  /** More memory than at the sample before, by a hundredth of the machine's or more. */
  readonly growing: boolean;
  readonly growingSince: Millis | null;
  readonly workers: number;
  /** When the youngest living helper of the agent's was started; null: there is none. */
  readonly helperSince: Millis | null;
  /** Share of one core between the last two samples, 0…1. */
  readonly cpuShare: number;
  /** Since when cpuShare has been 0.9 or more. */
  readonly busySince: Millis | null;
  /** Since when the kernel has shown it stopped. */
  readonly stoppedSince: Millis | null;
}

export interface Evidence {
  readonly now: Millis;
  /** Since when the guard itself has had its turns in time; who is late saw nothing meanwhile. */
  readonly attentiveSince: Millis;
  /** No verdict before this moment: the machine slept, the guard was starved, the terminal came back. */
  readonly graceUntil: Millis;

  readonly generation: number;
  readonly pid: number | null;
  readonly startedAt: Millis;
  readonly resumed: boolean;
  readonly prompted: boolean;
  /** Print mode: nothing is drawn and nobody types, so what is judged by a face or by keys is not judged. */
  readonly unattended: boolean;
  readonly exit: {
    readonly at: Millis;
    readonly code: number | null;
    readonly signal: string | null;
    readonly outOfMemory: boolean;
  } | null;
  readonly sample: ProcessSample | null;

  readonly lastOutputAt: Millis;
  /** First key of the person that no output has followed. */
  readonly unansweredKeyAt: Millis | null;
  readonly lastKeyAt: Millis | null;
  readonly lastInterruptAt: Millis | null;
  readonly lastExitKeyAt: Millis | null;
  readonly inputBlockedSince: Millis | null;
  readonly terminalBlockedSince: Millis | null;
  readonly suspended: boolean;

  readonly status: { readonly state: ProgramState; readonly at: Millis } | null;
  readonly screen: {
    readonly facts: ScreenFacts;
    readonly at: Millis;
    readonly activitySince: Millis;
  } | null;
  readonly tokensChangedAt: Millis | null;
  /** The token counter as it was last shown in this turn. */
  readonly tokensShown: number | null;
  /** The counter has moved since the agent waits for the API: the answer is on its way. */
  readonly answering: boolean;
  /** The turn as hooks tell it. */
  readonly turn: { readonly working: boolean; readonly at: Millis } | null;
  /** When a hook last told of a step of the agent's own: a prompt taken, a tool or the turn ended. */
  readonly toldAt: Millis | null;
  /** Turns seen to start, by any sense, in this generation. */
  readonly turns: number;
  /** Since when the agent has been in a turn; null while it is not. */
  readonly workingSince: Millis | null;
  /** Since when it has waited for the API and for nothing else: no tool, no dialog, no retry of its own. */
  readonly listeningSince: Millis | null;
  /** Since when it has had a turn to draw without a break; unlike `workingSince` it begins anew after a dialog. */
  readonly drawsSince: Millis | null;
  readonly idleSince: Millis | null;
  readonly failure: {
    readonly kind: FailureKind;
    readonly at: Millis;
    readonly fingerprint: string;
    /** Known from the transcript alone, which also holds failures that the turn got over. */
    readonly recorded?: true;
  } | null;
  /** Fingerprint of the error banner that the idle screen shows. */
  readonly bannerSeen: string | null;
  readonly background: number;
  readonly tools: readonly OpenTool[];
  readonly compactingSince: Millis | null;
  /** Compactions of this conversation that the guard had to end. */
  readonly compactionsCured: number;
  /** Relaunches with a repair because the API refused the conversation. */
  readonly historiesRepaired: number;
  readonly sessionId: string | null;
  readonly sessionEnded: string | null;
  /** Why no other agent could follow this one; null: one could. */
  readonly noRelaunch: string | null;
  /** Print mode: since when its whole good answer is handed out. */
  readonly deliveredAt: Millis | null;

  /** When the agent's own next try is due, as it has recorded; null once it was made. */
  readonly retryAt: Millis | null;
  readonly connections: readonly Connection[];
  readonly waiting: readonly Waiting[];
  /** The latest ends of connections, newest last, at most eight. */
  readonly closed: readonly ClosedConnection[];
  readonly connectionsSeen: number;
  readonly lastRequestAt: Millis | null;
  readonly lastDownAt: Millis | null;
  readonly health: Health;
  /** Silence multiplier: doubles with each cut of a turn, and of the turns by which the guard takes it up again. */
  readonly patience: number;
  /** The next turn takes up one that was broken off: it is judged with the same patience. */
  readonly takesUp: boolean;
  /** The longest that the agent itself waits for a silent API. */
  readonly deadlineMs: Millis;
  /** Turns in a row that ended in a failure. */
  readonly failedTurns: number;
  /** Unix milliseconds at which the usage limit that ended the turn is over. */
  readonly limitResetsAt: number | null;
  /** Wall clock minus monotonic clock, as of the last tick. */
  readonly wallOffsetMs: number | null;
  readonly goodProbes: number;
  readonly lastProbe: { readonly at: Millis; readonly reachable: boolean } | null;
}

export function noEvidence(at: Millis): Evidence {
  return {
    now: at,
    attentiveSince: at,
    graceUntil: at,
    generation: 0,
    pid: null,
    startedAt: at,
    resumed: false,
    prompted: false,
    unattended: false,
    exit: null,
    sample: null,
    lastOutputAt: at,
    unansweredKeyAt: null,
    lastKeyAt: null,
    lastInterruptAt: null,
    lastExitKeyAt: null,
    inputBlockedSince: null,
    terminalBlockedSince: null,
    suspended: false,
    status: null,
    screen: null,
    tokensChangedAt: null,
    tokensShown: null,
    answering: false,
    turn: null,
    toldAt: null,
    turns: 0,
    workingSince: null,
    listeningSince: null,
    drawsSince: null,
    idleSince: null,
    failure: null,
    bannerSeen: null,
    background: 0,
    tools: [],
    compactingSince: null,
    compactionsCured: 0,
    historiesRepaired: 0,
    sessionId: null,
    sessionEnded: null,
    noRelaunch: null,
    deliveredAt: null,
    retryAt: null,
    connections: [],
    waiting: [],
    closed: [],
    connectionsSeen: 0,
    lastRequestAt: null,
    lastDownAt: null,
    health: noHealth,
    patience: 1,
    takesUp: false,
    deadlineMs: usualDeadlineMs,
    failedTurns: 0,
    limitResetsAt: null,
    wallOffsetMs: null,
    goodProbes: 0,
    lastProbe: null,
  };
}
