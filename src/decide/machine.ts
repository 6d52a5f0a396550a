/**
 * The supervisor's behaviour as a table of state × event. Each entry is a small named function from state and event to
 * a new state and effects. Nothing here knows a clock, a process or a file, so replaying a journal's events gives the
 * same effects again.
 *
 *   watching ──verdict──▶ cure in place (cut, nudge) ──no proof──▶ stopping ─▶ down ─▶ launching ─▶ watching
 *        └──────────────── out of cures ──▶ asking          agent gone ─────────┘
 */
import type { Config } from '../config/schema.ts';
import { lookAgainAt as againAt } from '../detect/detector.ts';
import { observe } from '../detect/evidence/index.ts';
import type { Event, Millis } from '../events.ts';
import { leaveBehind } from './asking.ts';
import { replenish } from './budget.ts';
import { agentExited } from './ended.ts';
import { withFalsePositives } from './false-positive.ts';
import { andThen, type Step, stay } from './incident.ts';
import { hostKnown, withMemory } from './memory.ts';
import { forgetMenu, onChosen } from './menu.ts';
import { onProbe, probeWhenDue } from './network.ts';
import { onNudgeDone } from './nudge-done.ts';
import { onCommand, pausedOrNot, personActs } from './person.ts';
import {
  agentStarted,
  answerWhileDown,
  launchFailed,
  launchUnlessPaused,
  leaveAsTold,
  stopDone,
} from './relaunching.ts';
import { afterReturn, afterSleep } from './standstill.ts';
import type { GuardState, StateName } from './state.ts';
import { endedAfterAll, saved, stopRefused, stopTooLong } from './stopping.ts';
import { withTitle } from './title.ts';
import { watch } from './watch.ts';

type Handler = (state: GuardState, event: Event, config: Config) => Step;
type Row = { readonly [Type in Event['type']]?: Handler } & { readonly otherwise: Handler };

const keepWatching: Handler = (state, _event, config) => watch(state, config);
const probedWatching: Handler = (state, event, config) => onProbe(state, event, config, watch);
const probedDown: Handler = (state, event, config) => onProbe(state, event, config, launchUnlessPaused);
const probeAndLaunch: Handler = (state, _event, config) =>
  andThen(probeWhenDue(state, config), (next) => launchUnlessPaused(next, config));

export const table: { readonly [Name in StateName]: Row } = {
  watching: {
    'agent.exited': agentExited,
    'clock.gap': afterSleep,
    'host.known': hostKnown,
    'nudge.done': onNudgeDone,
    'choose.done': onChosen,
    'network.probed': probedWatching,
    command: onCommand,
    otherwise: keepWatching,
  },
  stopping: {
    saved,
    'stop.refused': stopRefused,
    'stop.done': stopDone,
    otherwise: stopTooLong,
  },
  down: {
    'network.probed': probedDown,
    'guard.signalled': leaveAsTold,
    input: answerWhileDown,
    otherwise: probeAndLaunch,
  },
  launching: {
    'agent.started': agentStarted,
    'launch.failed': launchFailed,
    'guard.signalled': leaveAsTold,
    input: answerWhileDown,
    otherwise: stay,
  },
  asking: {
    'agent.exited': agentExited,
    'clock.gap': afterSleep,
    'host.known': hostKnown,
    'choose.done': onChosen,
    command: onCommand,
    input: personActs,
    otherwise: keepWatching,
  },
  unstoppable: {
    'agent.exited': endedAfterAll,
    input: leaveBehind,
    otherwise: stay,
  },
  finished: { otherwise: stay },
};

/** Somebody wants something of the agent: a person, or the host of an agent in pipes. */
const isAsking = (event: Event): boolean =>
  event.type === 'host.asked' || (event.type === 'input' && event.kind === 'enter');

/** Handles one event. Pure: the time is `event.at`, which must not decrease. */
export function step(before: GuardState, event: Event, config: Config): Step {
  const observed = { ...before, evidence: observe(before.evidence, event) };
  const seen = forgetMenu(afterReturn(observed, event, before.evidence.clock));
  const heard = isAsking(event) ? replenish(seen) : seen;
  const state = pausedOrNot(heard, event);
  const row = table[state.name];
  const handle = row[event.type] ?? row.otherwise;
  return withMemory(withFalsePositives(before, withTitle(handle(state, event, config), config)));
}

/**
 * When to look again although nothing has happened (monotonic), because a suspicion becomes a verdict then. Null: at
 * the next tick.
 */
export function lookAgainAt({ name, evidence, paused }: GuardState, config: Config): Millis | null {
  const looks = (name === 'watching' || name === 'asking') && !paused && evidence.agent.exit === null;
  return looks ? againAt(evidence, config) : null;
}
