/**
 * The state of the supervisor. One plain object, so that the journal can hold a checkpoint of it.
 */
import type { Evidence } from '../detect/evidence.ts';
import { noEvidence } from '../detect/evidence.ts';
import type { DisconnectPhase, Incident, Rung } from '../effects.ts';
import type { Millis } from '../events.ts';

export type StateName =
  | 'watching' // an agent runs; perhaps a cure is being verified
  | 'stopping' // the agent is being stopped
  | 'down' // no agent; waiting for a stable network and the backoff
  | 'launching'
  | 'asking' // out of cures: a person must decide
  | 'finished';

/** A cure that was applied and must now prove that it helped. */
export interface Cure {
  readonly rung: Rung;
  readonly class: string;
  readonly at: Millis;
  /** `network`: good probes are collected first; `typing`: keys are being sent; `verify`: wait for the proof. */
  readonly stage: 'network' | 'typing' | 'verify';
  /** No proof by then: climb. null: wait as long as it takes. */
  readonly deadline: Millis | null;
}

/** What a relaunch needs to remember from the agent that was stopped. */
export interface Down {
  readonly cause: string;
  readonly phase: DisconnectPhase;
  readonly launchAt: Millis;
  /** Commands in flight whose outcome nobody knows: the person may say no before the resume. */
  readonly unknownCommands: number;
}

/** When the next reachability probe is due, while one is wanted. */
export interface Probing {
  readonly nextAt: Millis;
  readonly failures: number;
}

export interface GuardState {
  readonly name: StateName;
  readonly since: Millis;
  readonly evidence: Evidence;
  readonly incident: Incident | null;
  readonly incidents: number;
  readonly cure: Cure | null;
  /** Cures used within the open incident. */
  readonly used: { readonly cut: number; readonly nudge: number; readonly relaunch: number };
  /** Moments of past relaunches, for the restart intensity. */
  readonly relaunches: readonly Millis[];
  readonly down: Down | null;
  readonly probing: Probing | null;
  readonly paused: boolean;
  readonly title: string | null;
}

export function initialState(at: Millis): GuardState {
  return {
    name: 'watching',
    since: at,
    evidence: noEvidence(at),
    incident: null,
    incidents: 0,
    cure: null,
    used: { cut: 0, nudge: 0, relaunch: 0 },
    relaunches: [],
    down: null,
    probing: null,
    paused: false,
    title: null,
  };
}
