/**
 * The supervisor's behaviour as a table of state × event. Each entry is a small named function from state and event
 * to a new state and effects. Nothing here knows a clock, a process or a file: replaying a journal's events gives the
 * same effects again.
 *
 *   watching ──verdict──▶ cure in place (cut, nudge) ──no proof──▶ stopping ─▶ down ─▶ launching ─▶ watching
 *        └──────────────── out of cures ──▶ asking          agent gone ─────────┘
 */
import type { Config } from '../config/schema.ts';
import { lookAgainAt as againAt } from '../detect/detector.ts';
import { type Clock, graceMs } from '../detect/evidence/clock.ts';
import { observe } from '../detect/evidence/index.ts';
import { inTurn } from '../detect/phase.ts';
import { seconds } from '../detect/verdict.ts';
import type { Event, Millis } from '../events.ts';
import { abandon, giveUp, isBeyondStop, leaveBehind } from './asking.ts';
import { affordable, replenish } from './budget.ts';
import { endedPolitely, personLeft, relaunchable } from './departure.ts';
import { agentStarted, answerWhileDown, saved, stopDone } from './down.ts';
import { withFalsePositives } from './false-positive.ts';
import type { Step } from './incident.ts';
import { andThen, close, open, stay } from './incident.ts';
import { forgetMenu, onChosen } from './menu.ts';
import { launch, onProbe, probeWhenDue } from './network.ts';
import { beginNudge, onNudgeDone } from './nudging.ts';
import { beginRelaunch } from './relaunching.ts';
import { takeRung } from './rungs.ts';
import type { GuardState, StateName } from './state.ts';
import { withTitle } from './title.ts';
import { watch } from './watch.ts';

/** Routers forget an idle connection after some minutes at the earliest; servers close a silent one sooner. */
const deadlySleepMs = 30_000;

/** SIGTERM, SIGKILL and the snapshot take seconds. */
const longestStopMs = 120_000;

type Handler = (state: GuardState, event: Event, config: Config) => Step;
type Row = { readonly [Type in Event['type']]?: Handler } & { readonly otherwise: Handler };

export const table: { readonly [Name in StateName]: Row } = {
  watching: {
    'agent.exited': agentExited,
    'clock.gap': afterSleep,
    'host.known': (state) => stay({ ...state, remembered: state.evidence.host.health }),
    'nudge.done': onNudgeDone,
    'choose.done': onChosen,
    'network.probed': (state, event, config) => onProbe(state, event, config, watch),
    command: obey,
    otherwise: (state, _event, config) => watch(state, config),
  },
  stopping: {
    saved,
    'stop.refused': (state, event) =>
      giveUp(state, event.type === 'stop.refused' ? event.detail : 'not to be stopped'),
    'stop.done': (state, event, config) =>
      state.evidence.agent.deliveredAt === null ? stopDone(state, event, config) : finish(state, 'recovered'),
    otherwise: unstoppable,
  },
  down: {
    'network.probed': (state, event, config) => onProbe(state, event, config, launchUnlessPaused),
    input: answerWhileDown,
    otherwise: (state, _event, config) =>
      andThen(probeWhenDue(state, config), (next) => launchUnlessPaused(next, config)),
  },
  launching: {
    'agent.started': agentStarted,
    'launch.failed': (state, event) =>
      giveUp(state, event.type === 'launch.failed' ? event.detail : 'launch failed'),
    input: answerWhileDown,
    otherwise: stay,
  },
  asking: {
    'agent.exited': agentExited,
    'clock.gap': afterSleep,
    command: obey,
    input: personActs,
    otherwise: (state, _event, config) => (isBeyondStop(state) ? stay(state) : watch(state, config)),
  },
  finished: { otherwise: stay },
};

/**
 * One turn of the machine. Pure: time is `event.at`, which must not decrease.
 */
export function step(before: GuardState, event: Event, config: Config): Step {
  const observed = { ...before, evidence: observe(before.evidence, event) };
  const seen = forgetMenu(afterReturn(observed, event, before.evidence.clock));
  const heard = event.type === 'input' && event.kind === 'enter' ? replenish(seen) : seen;
  const state = pausedOrNot(heard, event);
  const row = table[state.name];
  const handle = row[event.type] ?? row.otherwise;
  return withMemory(withFalsePositives(before, withTitle(handle(state, event, config), config)));
}

/** When to look again although nothing has happened (monotonic): a suspicion becomes a verdict. Null: at the next tick. */
export function lookAgainAt({ name, evidence, paused }: GuardState, config: Config): Millis | null {
  const looks = (name === 'watching' || name === 'asking') && !paused && evidence.agent.exit === null;
  return looks ? againAt(evidence, config) : null;
}

/** After a sleep, and after Ctrl+Z, the network and the agent's own timers take their time to come back. */
const returnMs = 30_000;

/** A cure that has to prove itself has the time for it after a standstill. @param before the clock until then */
function afterReturn(state: GuardState, event: Event, before: Clock): GuardState {
  const { cure, evidence } = state;
  if (!cure || cure.deadline === null || evidence.clock.graceUntil === before.graceUntil) return state;
  const slept = event.type === 'clock.gap' && event.cause === 'slept';
  const leastMs = slept || event.type === 'terminal.continued' ? returnMs : graceMs;
  return { ...state, cure: { ...cure, deadline: Math.max(cure.deadline, evidence.now + leastMs) } };
}

/** Hands on what was learnt of the host, once the turn that taught it is over. */
function withMemory(result: Step): Step {
  const { state } = result;
  const { health } = state.evidence.host;
  const learnt =
    health.firstByteMs > state.remembered.firstByteMs ||
    health.streamMs > state.remembered.streamMs ||
    health.pings !== state.remembered.pings;
  if (!learnt || (state.name !== 'finished' && inTurn(state.evidence.phase))) return result;
  return {
    state: { ...state, remembered: health },
    effects: [...result.effects, { type: 'remember', ...health }],
  };
}

/** A process that hangs in the kernel (a dead network drive) does not hear SIGKILL either; nobody shall wait in silence. */
function unstoppable(state: GuardState): Step {
  const { agent, now } = state.evidence;
  if (agent.exit !== null || now - state.since < longestStopMs) return stay(state);
  const stuck = 'the agent does not end, not even by SIGKILL';
  // In pipes nobody could press a key: a script shall not wait for ever.
  if (agent.unattended) return abandon(state, `${stuck}; it is left behind`);
  const detail = `${stuck}; Ctrl+C leaves it behind`;
  return andThen(giveUp(state, detail), (asking) => ({
    state: asking,
    effects: [
      { type: 'notice', notice: { kind: 'gave-up', cause: asking.incident?.class ?? 'unknown', detail } },
    ],
  }));
}

function agentExited(state: GuardState, event: Event, config: Config): Step {
  const { exit } = state.evidence.agent;
  if (event.type !== 'agent.exited' || event.generation !== state.evidence.agent.generation || !exit)
    return stay(state);
  if (refusedResume(state)) return diedAtStart(state, config);
  if (personLeft(state.evidence)) return finish(state, outcomeOf(state));
  const verdict = relaunchable(state.evidence, config);
  if (!verdict) return diedAtStart(state, config);
  if (state.paused) return giveUp(open(state, verdict), 'the guard is paused, and starts no other');
  const { noRelaunch } = state.evidence.agent;
  if (noRelaunch !== null) return giveUp(open(state, verdict), noRelaunch);
  const { outOfMemory } = exit;
  if (outOfMemory && state.outOfMemoryAt !== null) {
    return giveUp(open(state, verdict), 'the machine ran out of memory under it, for the second time');
  }
  const remembering = outOfMemory ? { ...state, outOfMemoryAt: state.evidence.now } : state;
  return takeRung(open(remembering, verdict), 'relaunch', verdict, config);
}

/** Of an incident that is open when the agent ends by itself: in print mode its last word says how it went. */
function outcomeOf({ incident, evidence: e }: GuardState): 'user' | 'recovered' | 'gave_up' {
  if (incident === null) return 'recovered';
  if (!e.agent.unattended || e.conversation.ended !== 'done') return 'user';
  return e.turn.failure === null ? 'recovered' : 'gave_up';
}

/**
 * A relaunched agent that ended before its first turn and that nobody asked to: it said no (the conversation is gone,
 * an argument is refused), or it is a stub that does nothing and exits well.
 */
function refusedResume({ cure, evidence: e }: GuardState): boolean {
  const { exit } = e.agent;
  if (cure?.rung !== 'relaunch' || e.turn.count > 0 || exit === null || exit.signal !== null) return false;
  const untouched = e.person.lastKeyAt === null || e.person.lastKeyAt < e.agent.startedAt;
  return exit.code === 0
    ? untouched && e.conversation.ended === null
    : e.person.lastExitKeyAt === null && !endedPolitely(e);
}

/**
 * It never came up. A first launch that ends with a code of its own has said why on the screen; a crash, and a
 * relaunch that did not come up, want an explanation.
 */
function diedAtStart(state: GuardState, config: Config): Step {
  const { exit, startedAt, generation, noRelaunch } = state.evidence.agent;
  if (!exit || (generation === 1 && exit.signal === null) || !config.network_resilience.enabled)
    return finish(state, 'gave_up');
  const how = exit.signal ?? `exit code ${exit.code}`;
  const verdict = {
    class: 'died-at-start',
    since: exit.at,
    because: [
      `the agent ended ${seconds(exit.at - startedAt)} after its start (${how}), before it ran a turn`,
    ],
  };
  // One that has said why is the right version.
  return giveUp(open(state, verdict), noRelaunch ?? `${verdict.because[0]}; another version of it may start`);
}

/** The agent is gone and stays gone: pass its own end on as ours. */
function finish(state: GuardState, outcome: 'user' | 'recovered' | 'gave_up'): Step {
  const { exit } = state.evidence.agent;
  return andThen(close(state, outcome), (closed) => ({
    state: { ...closed, name: 'finished', since: closed.evidence.now },
    effects: [{ type: 'exit', code: exit?.code ?? null, signal: exit?.signal ?? null }],
  }));
}

/**
 * What was connected before a sleep is dead on the other side, and nobody will tell the agent: cut at once. Between
 * turns that costs nothing and saves the next prompt from a dead connection, so it is no incident.
 */
function afterSleep(state: GuardState, event: Event, config: Config): Step {
  const { evidence: e, cure, paused } = state;
  const slept = event.type === 'clock.gap' && event.cause === 'slept' && event.gapMs >= deadlySleepMs;
  const connections = e.wire.connections.map((connection) => connection.id);
  if (!slept || paused || connections.length === 0 || !config.recovery.in_place) return watch(state, config);
  if (!inTurn(e.phase)) return { state, effects: [{ type: 'cut', connections, why: 'slept' }] };
  // A sleep is no sickness: where cutting is not to be had, nothing stronger takes its place.
  const beginning = cure !== null && cure.stage !== 'verify';
  if (beginning || state.name === 'asking' || !affordable('cut', state, config)) return watch(state, config);
  const verdict = {
    class: 'slept',
    since: e.now,
    because: [`the machine slept for ${seconds(event.gapMs)}`, 'connections from before are dead'],
    cure: 'cut',
    connections,
  } as const;
  return takeRung(open(state, verdict), 'cut', verdict, config);
}

/** The person deals with it: stand down until something new happens. */
function personActs(state: GuardState, event: Event, config: Config): Step {
  if (isBeyondStop(state)) return leaveBehind(state, event);
  if (event.type !== 'input' || event.kind === 'report') return watch(state, config);
  return close({ ...state, name: 'watching', since: state.evidence.now }, 'user');
}

/** A relaunch under way can only be held up: there is no agent to nudge, and another is on its way anyhow. */
function pausedOrNot(state: GuardState, event: Event): GuardState {
  if (state.name === 'watching' || state.name === 'asking' || event.type !== 'command') return state;
  return event.command === 'pause' || event.command === 'continue'
    ? { ...state, paused: event.command === 'pause' }
    : state;
}

const launchUnlessPaused = (state: GuardState, config: Config): Step =>
  state.paused ? stay(state) : launch(state, config);

function obey(state: GuardState, event: Event, config: Config): Step {
  if (event.type !== 'command') return stay(state);
  const asked = {
    class: `asked-${event.command}`,
    since: state.evidence.now,
    because: ['asked for by the person'],
  };
  switch (event.command) {
    case 'pause':
      return andThen(close(state, 'user'), (closed) => stay({ ...closed, paused: true, name: 'watching' }));
    case 'continue':
      return stay({ ...state, paused: false, name: 'watching' });
    case 'nudge':
      return beginNudge(open(state, asked), asked.class, config);
    case 'relaunch':
      return beginRelaunch(open(state, asked), asked.class, config);
  }
}
