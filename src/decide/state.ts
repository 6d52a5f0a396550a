/**
 * The state of the supervisor. One plain object, so that the journal can hold a checkpoint of it.
 */
import type { Evidence } from '../detect/evidence/index.ts';
import { noEvidence } from '../detect/evidence/index.ts';
import { type Health, noHealth } from '../detect/health.ts';
import type { DisconnectPhase, Effect, Incident, Rung } from '../effects.ts';
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
  /** How often the person's own typing was in the way. */
  readonly yielded: number;
}

/** What a relaunch needs to remember from the agent that was stopped. */
interface Down {
  readonly cause: string;
  readonly phase: DisconnectPhase;
  /** Something was left undone: tell the next agent to go on. */
  readonly prompt: boolean;
  readonly launchAt: Millis;
  /** Commands in flight whose outcome nobody knows: the person may say no before the resume. */
  readonly unknownCommands: number;
}

/** When the next reachability probe is due, while one is wanted. */
interface Probing {
  readonly nextAt: Millis;
  readonly failures: number;
}

/** How often each cure was used. */
export interface Uses {
  readonly cut: number;
  readonly nudge: number;
  readonly relaunch: number;
}

export const noUses: Uses = { cut: 0, nudge: 0, relaunch: 0 };

export interface GuardState {
  readonly name: StateName;
  readonly since: Millis;
  readonly evidence: Evidence;
  readonly incident: Incident | null;
  /** Attended time at which the open incident was noticed. */
  readonly noticedAt: Millis;
  readonly incidents: number;
  readonly cure: Cure | null;
  /** The latest incident of this turn that ended with a cut: it may still turn out that the cut was not needed. */
  readonly lastCut: Incident | null;
  /** Cures used within the open incident. */
  readonly used: Uses;
  /** Cures used since the person last submitted something: bounded, whatever happens. */
  readonly spent: Uses;
  /** Moments of all cures of the last hour. */
  readonly acted: readonly Millis[];
  /** How often in a row the guard ended up asking; each time it waits longer before it tries once more. */
  readonly asked: number;
  /** The machine ran out of memory under an agent of this run before. */
  readonly outOfMemoryAt: Millis | null;
  /** What of the host's health has been handed on to be remembered. */
  readonly remembered: Health;
  /** Moments of past relaunches, for the restart intensity. */
  readonly relaunches: readonly Millis[];
  readonly down: Down | null;
  readonly probing: Probing | null;
  readonly paused: boolean;
  /** The menu of a resumed agent that a policy answers. */
  readonly menu: 'unseen' | 'answering' | 'answered' | 'failed';
  readonly title: string | null;
}

/** What one event, or one decision within it, leads to. */
export interface Step {
  readonly state: GuardState;
  readonly effects: readonly Effect[];
}

export function initialState(at: Millis): GuardState {
  return {
    name: 'watching',
    since: at,
    evidence: noEvidence(at),
    incident: null,
    noticedAt: at,
    incidents: 0,
    cure: null,
    lastCut: null,
    used: noUses,
    spent: noUses,
    acted: [],
    asked: 0,
    outOfMemoryAt: null,
    remembered: noHealth,
    relaunches: [],
    down: null,
    probing: null,
    paused: false,
    menu: 'unseen',
    title: null,
  };
}
