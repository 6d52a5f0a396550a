/**
 * The spine, first half: everything that can be observed.
 *
 * If it happened, it is an Event; if it is an Event, the pure core sees it and the journal holds it.
 * Events carry no screen text, no prompt, no command line and no secret, so a journal can be shared.
 * Frequent facts (output, bytes on a connection) are coalesced by their sensor to at most one event per
 * half second, because every event is journalled.
 */

/** Milliseconds on the monotonic clock (it stands still while the machine sleeps). */
export type Millis = number;

export type ProgramState = 'idle' | 'working' | 'blocked' | 'done' | 'error';

/** Who ended a connection of the tunnel. */
export type ConnectionEnd = 'agent' | 'peer' | 'guard';

/** Why a connection could not be made or was lost, in the terms of the ladder in `tunnel/`. */
export type ConnectionCause =
  | 'no-route'
  | 'dns'
  | 'connect-timeout'
  | 'refused'
  | 'reset'
  | 'closed'
  | 'dead' // TCP keepalive found the path dead
  | 'proxy-denied' // the person's own upstream proxy answered 4xx
  | 'proxy-untrusted' // no TLS connection to that proxy: one of both does not accept the other
  | 'no-descriptor' // our own process has no file descriptor left for it
  | 'cut'; // the guard cut it

/**
 * Whose connection it is: that of the agent's own process, that of another process (a helper, an agent that a hook has
 * started, the agent's daemon), or unknown.
 */
export type ConnectionOwner = 'agent' | 'other' | 'unknown';

/**
 * Where a connection stands. `handshake`: TLS is being set up. `ready`: nothing has been asked, or only something too
 * small for a turn's request. `request`: a request has gone up and none of its answer has come; TLS session tickets are
 * not an answer. `answer`: the answer has begun to come; bytes do not show where it ends.
 */
export type ConnectionStage = 'handshake' | 'ready' | 'request' | 'answer';

/** What the bytes of a connection show beyond their count. Times are those of the bytes, not of the report. */
export interface ConnectionProgress {
  readonly stage?: ConnectionStage;
  /** When the latest byte went up, when the latest came down; absent: none yet. */
  readonly lastUpAt?: Millis;
  readonly lastDownAt?: Millis;
  /** When the latest request began to go up; absent: none yet. */
  readonly requestAt?: Millis;
  /** Bytes of that request. */
  readonly requestSize?: number;
  /** When the answer to that request began to come; absent while it has not. */
  readonly answerAt?: Millis;
  /** The host bridges silence: since the last report a single small burst came in mid-answer, as a ping does. */
  readonly pinged?: true;
}

/** What a tool can do to the world. It decides what a resumed agent is told about a call. */
export type ToolRisk = 'read' | 'edit' | 'command' | 'unknown';

/** How a turn failed, folded from the agent's own error kinds. */
export type FailureKind =
  | 'connection'
  | 'overloaded'
  | 'rate-limit'
  | 'history' // the API refuses the conversation itself (400 on tool pairing, thinking signatures)
  | 'refused' // the API refuses the request for an unknown reason (another 4xx)
  | 'too-long'
  | 'person' // login, billing, policy: only a person can act
  | 'other';

/** A reset time as printed. Without a zone it is in this machine's; without a date it is the next such time. */
export interface LimitReset {
  readonly hour: number;
  readonly minute: number;
  /** Name of the time zone, as printed. */
  readonly zone?: string;
  /** 1…12 */
  readonly month?: number;
  readonly day?: number;
}

export type Dialog =
  | 'permission'
  | 'question'
  | 'trust'
  | 'resume-choice'
  | 'limit-menu'
  | 'auto-mode'
  /** None: the person reads the conversation in a view without a prompt. It takes the keys, too. */
  | 'transcript'
  | 'other';

/** What the rendered screen says, read by the agent's adapter. All fields are facts, none is a judgement. */
export interface ScreenFacts {
  /**
   * `idle`: free prompt. `busy`: spinner. `tool`: spinner with a visibly running tool. `retrying`: the agent counts
   * down to its own retry. `waiting`: it says that the API is silent. `limit`: it waits for a usage limit.
   * `background`: free prompt, but background agents run. `dialog`: it asks a person. `crashed`: its drawing code has
   * failed, and it takes no keys. `unknown`: nothing recognised.
   */
  readonly activity:
    | 'idle'
    | 'busy'
    | 'tool'
    | 'compacting'
    | 'retrying'
    | 'waiting'
    | 'limit'
    | 'background'
    | 'dialog'
    | 'crashed'
    | 'unknown';
  /** Token counter beside the spinner, when shown. */
  readonly tokens?: number;
  /** Seconds beside the spinner, when shown. */
  readonly elapsedS?: number;
  /** The arrow beside the counter points up: a request was sent, and none of its answer has come (until 2.1.197). */
  readonly requesting?: true;
  /** The spinner says that the model thinks (no tokens are expected). */
  readonly thinking?: boolean;
  /**
   * The running tool is a command, and nothing on the screen shows that it still runs. It counts as over unless one of
   * its processes is alive.
   */
  readonly command?: true;
  /** Commands that the agent says it runs in the background. */
  readonly commandsInBackground?: number;
  /** The agent's own retry ladder, when shown. `of` is absent if it has no end. `inMs`: until the next try, at most. */
  readonly retry?: { readonly attempt: number; readonly of?: number; readonly inMs?: number };
  /** An error banner directly above the prompt. `fingerprint` is a hash: same banner, same fingerprint. */
  readonly failure?: { readonly kind: FailureKind; readonly fingerprint: string };
  readonly dialog?: Dialog;
  /** The transcript view shows that a turn runs. Absent: it does not say. */
  readonly works?: true;
  /** When the usage limit resets, as printed. */
  readonly limitReset?: LimitReset;
  /** That time in Unix milliseconds, computed when it was first seen. */
  readonly limitResetsAt?: number;
  /** The person's unsent draft is in the input box. */
  readonly draft?: boolean;
  /** The input box holds a command of the agent's own, such as `/compact`. */
  readonly draftIsCommand?: boolean;
  /** As hooks name it, where it is shown: in a footer below the input box. */
  readonly permissionMode?: string;
}

/** `escape` is Esc, `interrupt` Ctrl+C: both stop a turn, but nobody ends an agent by Esc. */
export type InputKind = 'text' | 'enter' | 'escape' | 'interrupt' | 'exit' | 'suspend' | 'report';

type Told =
  // clock
  | {
      readonly type: 'tick';
      /** Unix milliseconds. */
      readonly wallMs?: number;
      /**
       * The agent is at rest: the next event may come this much later than usual. Absent: ticks keep their usual pace.
       */
      readonly restMs?: Millis;
    }
  /**
   * The machine slept (the time since boot ran ahead of the monotonic clock), or this process was stopped or starved
   * (the tick came late).
   */
  | {
      readonly type: 'clock.gap';
      readonly gapMs: number;
      readonly cause: 'slept' | 'stalled';
      /** When the clocks were last read before the gap (monotonic). What came later may have come after the gap. */
      readonly lookedAt?: Millis;
    }
  // the agent's process; each launch has its own generation, so that a late exit is never taken for the new agent's
  | {
      readonly type: 'agent.started';
      readonly generation: number;
      readonly pid: number;
      /** Launched to continue a session that exists. */
      readonly resumed: boolean;
      /** Launched with the "you were interrupted" prompt as an argument. */
      readonly prompted: boolean;
      /** Print mode: without a terminal and a person, the agent draws nothing and takes no keys. */
      readonly unattended?: boolean;
    }
  | {
      readonly type: 'agent.exited';
      readonly generation: number;
      readonly code: number | null;
      readonly signal: string | null;
      /** It was killed, and shortly before, the kernel ended processes for lack of memory. */
      readonly outOfMemory?: boolean;
    }
  | {
      readonly type: 'agent.sample';
      readonly generation: number;
      /** CPU time of the agent's own process since its start, children not counted. */
      readonly cpuMs: number;
      /** State letter of the kernel: R S D T Z … */
      readonly state: string;
      /** How often its main thread has gone to sleep since its start; absent outside Linux. */
      readonly yields?: number;
      /** Share of this machine's memory that the agent's own process holds, 0…1. */
      readonly memoryShare: number;
      /** Live descendants in a session of their own that are not there while the agent is idle: tools at work. */
      readonly workers: number;
      /** Age of the youngest live helper that the turn has started in the agent's own session; absent: none. */
      readonly helperAgeMs?: number;
    }
  // terminal
  | {
      readonly type: 'output';
      readonly bytes: number;
      /** When the last of them came; absent: now. */
      readonly lastAt?: Millis;
    }
  | {
      readonly type: 'input';
      readonly kind: InputKind;
      readonly bytes: number;
      /** The guard keeps it back, so the agent has not got it. */
      readonly kept?: true;
    }
  /** The agent does not read its input (`blocked`), or reads it again (`drained`). */
  | { readonly type: 'input.blocked'; readonly pendingBytes: number }
  | { readonly type: 'input.drained' }
  /**
   * The person's terminal, or a pipe for standard error, takes no output (flow control, slow reader), or takes it
   * again.
   */
  | { readonly type: 'terminal.blocked' }
  | { readonly type: 'terminal.drained' }
  /** Ctrl+Z and fg. */
  | { readonly type: 'terminal.suspended' }
  | { readonly type: 'terminal.continued' }
  /** The agent has lent its terminal to another process, such as the person's editor, or has it again (`returned`). */
  | { readonly type: 'terminal.lent' }
  | { readonly type: 'terminal.returned' }
  // what the agent reports about itself
  | { readonly type: 'program-status'; readonly state: ProgramState; readonly kind?: string }
  | { readonly type: 'screen'; readonly facts: ScreenFacts }
  /** Where the conversation is now, and how that is known. /clear and /resume change it. */
  | {
      readonly type: 'session';
      readonly sessionId: string;
      readonly transcriptPath: string | null;
      readonly cwd?: string;
      readonly source: 'pinned' | 'hook' | 'transcript' | 'process' | 'output';
      readonly reason?: string;
    }
  | { readonly type: 'session.ended'; readonly reason: string }
  /** What the agent may do unasked, in its own words. It holds for the process, whatever the conversation. */
  | { readonly type: 'permission.mode'; readonly mode: string }
  | { readonly type: 'turn.started' }
  | {
      readonly type: 'turn.ended';
      readonly failure?: FailureKind;
      /** It has not failed. Absent: the agent does not tell a failed turn from a good one. */
      readonly well?: true;
    }
  | { readonly type: 'request.sent' }
  | { readonly type: 'failure.recorded'; readonly failure: FailureKind }
  /** The agent waits this long before its own next try. 2.1.42 does not show this on the screen. */
  | { readonly type: 'retry.recorded'; readonly inMs: Millis }
  /** A prompt was written to the transcript. It shows that the record is being read. */
  | { readonly type: 'prompt.recorded' }
  /**
   * The model's own words were written to the transcript, so the turn has recovered from any failure recorded before.
   */
  | {
      readonly type: 'answer.recorded';
      /** The record shows that the answer is truncated: its stream broke off. */
      readonly cutShort?: true;
      /** The record shows that the model has said all: it gave a reason to stop, and calls no tool. */
      readonly endsTurn?: true;
    }
  | {
      readonly type: 'tool.started';
      readonly toolUseId: string;
      readonly tool: string;
      readonly risk: ToolRisk;
      /** The tool works through the API itself (a subagent), so silence on the wire still counts. */
      readonly delegates?: boolean;
      /** The tool's own time limit, when its input names one. */
      readonly limitMs?: number;
      /**
       * Known only from the transcript or, in print mode, from the output: the agent may write a call down before it
       * runs it (transcript: 2.1.42 and older; output: 2.1.126).
       */
      readonly recorded?: true;
      /** The subagent that runs it; absent: the main turn. */
      readonly agentId?: string;
    }
  | {
      readonly type: 'tool.finished';
      readonly toolUseId: string;
      readonly ok: boolean;
      /** The subagent that ran it; absent: the main turn. */
      readonly agentId?: string;
      /** Known only from the record, which may be read long after the agent has gone on. */
      readonly recorded?: true;
    }
  /** None of its calls is open any more. */
  | { readonly type: 'subagent.ended'; readonly agentId: string }
  | { readonly type: 'compaction.finished' }
  | { readonly type: 'person.needed'; readonly why: string }
  | { readonly type: 'interrupted' } // the person stopped the turn (Esc)
  // tunnel
  | {
      readonly type: 'connection.opened';
      readonly id: number;
      readonly host: string;
      readonly tookMs: number;
      readonly owner?: ConnectionOwner;
    }
  | ({
      readonly type: 'connection.bytes';
      readonly id: number;
      readonly up: number;
      readonly down: number;
      /** Direction of the latest byte. `up` right after the TLS handshake is a request that awaits its answer. */
      readonly last: 'up' | 'down';
    } & ConnectionProgress)
  | {
      readonly type: 'connection.closed';
      readonly id: number;
      readonly by: ConnectionEnd;
      readonly cause: ConnectionCause;
    }
  /** An attempt failed; the next one follows in `nextInMs`. `of` is null while the hold has no limit (offline). */
  | {
      readonly type: 'connection.waiting';
      readonly id: number;
      readonly host: string;
      readonly cause: ConnectionCause;
      readonly attempt: number;
      readonly of: number | null;
      readonly nextInMs: number;
      readonly owner?: ConnectionOwner;
    }
  /** All attempts have failed, and the agent got a 502. */
  | {
      readonly type: 'connection.failed';
      readonly id: number;
      readonly host: string;
      readonly cause: ConnectionCause;
      readonly owner?: ConnectionOwner;
    }
  /** What earlier runs have learnt about this API host's healthy silences. */
  | {
      readonly type: 'host.known';
      readonly firstByteMs: number;
      readonly streamMs: number;
      /** The host bridges silence with pings, as the vendor's own does. */
      readonly pings?: true;
      /** Each of its answers says why it stopped, as the vendor's do. */
      readonly namesStops?: true;
      /** The longest that the agent says it waits for a silent API. */
      readonly deadlineMs?: number;
    }
  // network
  | { readonly type: 'network.probed'; readonly reachable: boolean; readonly latencyMs: number | null }
  | { readonly type: 'network.changed' }
  // the guard
  /** The guard was told to end: hang-up, `kill`, shutdown, nobody left to read. The agent has got the same signal. */
  | { readonly type: 'guard.signalled'; readonly signal: string }
  // outcomes of effects
  | { readonly type: 'cut.done'; readonly count: number }
  | {
      readonly type: 'nudge.done';
      readonly outcome: 'submitted' | 'not-idle' | 'no-echo' | 'person-typing' | 'dialog' | 'agent-gone';
    }
  | { readonly type: 'choose.done'; readonly ok: boolean }
  | {
      readonly type: 'stop.done';
      readonly generation: number;
      readonly left: number;
      /** The agent was alive when the stop began, and had ended before anything of it was ended. */
      readonly endedByItself?: true;
    }
  /** Somebody else has the conversation open, so the agent is not stopped. */
  | { readonly type: 'stop.refused'; readonly detail: string }
  | {
      readonly type: 'saved';
      readonly ok: boolean;
      readonly detail?: string;
      /** The snapshot was not written, but the agent is already dead, so the stop goes on. */
      readonly goesOn?: true;
      /** Commands in flight with an unknown outcome. */
      readonly unknownCommands?: number;
      /** A prompt is on record without its answer, though its turn had not been seen yet. */
      readonly unanswered?: true;
    }
  | { readonly type: 'repaired'; readonly ok: boolean; readonly repairs: number; readonly detail?: string }
  | { readonly type: 'launch.failed'; readonly detail: string }
  /** Why no other agent can continue after this one. */
  | { readonly type: 'relaunch.impossible'; readonly detail: string }
  /** Print mode: a complete, good answer has been delivered, and the agent only has to end. */
  | { readonly type: 'delivered' }
  /** Print mode: the host has sent a prompt, as a person does by Enter. */
  | { readonly type: 'host.asked' }
  | { readonly type: 'command'; readonly command: 'nudge' | 'relaunch' | 'pause' | 'continue' }
  | { readonly type: 'sensor.failed'; readonly sensor: string; readonly detail: string };

export type Observation = Told & {
  /** When the agent wrote it down, if it is read later (monotonic). */
  readonly writtenAt?: Millis;
};

/** An observation with its time, which the loop adds once per turn. */
export type Event = Observation & { readonly at: Millis };
