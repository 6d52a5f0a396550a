/**
 * The spine, second half: everything that the guard can do. The pure core returns Effects; `guard/perform.ts` carries
 * them out and answers with Observations (`cut.done`, `nudge.done`, `stop.done` …).
 */
import type { Millis } from './events.ts';

/** The ladder of cures, mildest first. */
export const rungs = ['wait', 'hold', 'cut', 'nudge', 'relaunch', 'ask'] as const;
export type Rung = (typeof rungs)[number];

/** What the agent was doing when it was stopped; a field of the recovery snapshot. */
export type DisconnectPhase = 'streaming' | 'tool_execution' | 'between_turns' | 'compacting';

export interface Action {
  readonly action: Rung;
  readonly at: Millis;
  readonly detail: string;
}

export type Outcome = 'recovered' | 'gave_up' | 'user' | 'open';

/** One freeze, from its first sign to its end. Times are monotonic; the report turns them into ISO 8601. */
export interface Incident {
  /** Counts from 1 within a run. */
  readonly number: number;
  readonly class: string;
  readonly beganAt: Millis;
  readonly detectedAt: Millis;
  readonly endedAt: Millis | null;
  readonly evidence: readonly string[];
  readonly actions: readonly Action[];
  readonly outcome: Outcome;
  /** When its cut became a suspected false positive: the same silence came again, or ended by itself. */
  readonly regrettedAt?: Millis;
}

/** What the person is told in the terminal while no agent runs. */
export type Notice =
  | { readonly kind: 'stopped'; readonly cause: string }
  | { readonly kind: 'offline'; readonly attempt: number; readonly nextInMs: number }
  | { readonly kind: 'confirm'; readonly commands: number; readonly inMs: number }
  | { readonly kind: 'resuming'; readonly attempt: number; readonly of: number }
  | { readonly kind: 'gave-up'; readonly cause: string; readonly detail: string };

export type Effect =
  /** Reset these connections of the tunnel, so that the agent's own retry takes over. */
  | { readonly type: 'cut'; readonly connections: readonly number[]; readonly why: string }
  /** The agent was stopped (state T), and not by us: let it continue. */
  | { readonly type: 'continue'; readonly generation: number }
  /** In the live process: interrupt, wait for idle, type the prompt, check its echo, submit. */
  | {
      readonly type: 'nudge';
      readonly generation: number;
      /** A turn hangs and must be interrupted first. */
      readonly interrupt: boolean;
      readonly phase: DisconnectPhase;
      readonly cause: string;
    }
  /** Answer a menu of the agent: find the row by its words, and read the cursor back before Enter. */
  | {
      readonly type: 'choose';
      readonly generation: number;
      readonly answer: 'full' | 'summary' | 'wait-for-limit';
    }
  /** Record descendants, save the snapshot, stop the tree, restore the terminal, repair the transcript. */
  | {
      readonly type: 'stop';
      readonly generation: number;
      readonly graceMs: number;
      readonly phase: DisconnectPhase;
      readonly cause: string;
    }
  /** The agent that is being stopped, and of which nothing was ended yet, goes on by itself: it is not stopped. */
  | { readonly type: 'spare' }
  | { readonly type: 'probe' }
  | {
      readonly type: 'launch';
      readonly generation: number;
      readonly resume: boolean;
      readonly prompt: boolean;
    }
  /** Keep for later runs what was learnt about the API host's healthy silences. */
  | {
      readonly type: 'remember';
      readonly firstByteMs: number;
      readonly streamMs: number;
      readonly pings?: true;
    }
  | { readonly type: 'title'; readonly text: string | null }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'incident'; readonly incident: Incident }
  | {
      readonly type: 'notify';
      readonly what: 'blocked' | 'recovered' | 'gave-up';
      readonly incident: Incident;
      /** The class of what the person is told about; absent: that which the incident began with. */
      readonly cause?: string;
    }
  | { readonly type: 'exit'; readonly code: number | null; readonly signal: string | null };
