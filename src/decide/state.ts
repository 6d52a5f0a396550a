/** The state of the supervisor: one plain object, so that the journal can hold a checkpoint of it. */
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
  | 'unstoppable' // the agent is being stopped and does not end; it has lost the terminal, so keys reach nobody
  | 'finished';

/** A cure that was applied and must prove that it helped. */
export interface Cure {
  readonly rung: Rung;
  readonly class: string;
  readonly at: Millis;
  /** `network`: waits for good probes. `typing`: keys are being sent. `verify`: waits for the proof. */
  readonly stage: 'network' | 'typing' | 'verify';
  /** Without a proof by then the next rung is taken; null: there is no deadline. */
  readonly deadline: Millis | null;
  /** How often the nudge gave way to the person's own typing. */
  readonly yielded: number;
}

/** What a relaunch has to know about the agent that was stopped. */
interface Down {
  readonly cause: string;
  readonly phase: DisconnectPhase;
  /** Work was left unfinished: the next agent is told to go on. */
  readonly prompt: boolean;
  readonly launchAt: Millis;
  /** Commands in flight with an unknown outcome; the person may say no before the resume. */
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
  /** The latest incident of this turn that ended with a cut. The cut may still turn out to have been needless. */
  readonly lastCut: Incident | null;
  /** Cures used within the open incident. */
  readonly used: Uses;
  /** Cures used since the person, or the host, last submitted something; limited in any case. */
  readonly spent: Uses;
  /** When each cure of the last hour was taken. */
  readonly acted: readonly Millis[];
  /** How often in a row the guard ended up asking. Each time it waits longer before it tries again. */
  readonly asked: number;
  /** When the person last took an incident over about which they had been asked (attended); null: never. */
  readonly takenAt: Millis | null;
  /** When the machine last ran out of memory under an agent of this run; null: never. */
  readonly outOfMemoryAt: Millis | null;
  /** The part of the host's health that has been passed on to later runs. */
  readonly remembered: Health;
  /** When each of the recent relaunches was made, for `restart_limit`. */
  readonly relaunches: readonly Millis[];
  /** Null unless an agent is being stopped and another one is to follow. */
  readonly down: Down | null;
  readonly probing: Probing | null;
  readonly paused: boolean;
  /** The state of a menu of the agent that a policy answers. */
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
    takenAt: null,
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
