/**
 * The strongest rung, from a verdict to the next agent. `stopping`: the snapshot is saved, then the process tree is
 * ended. `down`: the network must be stable, and the person has had a chance to say no. `launching`: the next agent is
 * about to start.
 */
import type { Config } from '../config/schema.ts';
import { traitsOf } from '../detect/detector.ts';
import type { Event } from '../events.ts';
import { choseToLeave, giveUp, goAsTold, isWayOut } from './asking.ts';
import { backoff } from './backoff.ts';
import { recentRelaunches, spend } from './budget.ts';
import { counted, withCure } from './cure.ts';
import { cutOffPhase } from './cut-off.ts';
import { outcomeOf, personLeft } from './departure.ts';
import { act, adding, andThen, finish, type Step, stay } from './incident.ts';
import { distrusting, pace, probeWhenDue, stable } from './network.ts';
import { proofMs } from './proof.ts';
import type { GuardState } from './state.ts';
import { leaving } from './stopping.ts';

/** Time after SIGTERM before SIGKILL: a spinning process does not react to SIGTERM. */
const stopGraceMs = 2_000;

export function beginRelaunch(state: GuardState, cause: string, config: Config): Step {
  const { evidence: e } = state;
  const phase = cutOffPhase(state, cause);
  const tries = recentRelaunches(state, config).length;
  const pauseMs = tries === 0 ? 0 : backoff(tries, pace(config), 0.5);
  const stopping: GuardState = {
    ...state,
    name: 'stopping',
    since: e.now,
    cure: null,
    down: { cause, phase, prompt: phase !== 'between_turns', launchAt: e.now + pauseMs, unknownCommands: 0 },
    evidence: traitsOf(cause).needsRepair ? counted(state, 'historiesRepaired') : e,
  };
  return {
    state: stopping,
    effects: [
      { type: 'stop', generation: e.agent.generation, graceMs: e.agent.exit ? 0 : stopGraceMs, phase, cause },
    ],
  };
}

export function stopDone(state: GuardState, event: Event, config: Config): Step {
  if (event.type !== 'stop.done' || event.generation !== state.evidence.agent.generation) return stay(state);
  if (event.endedByItself && personLeft(state.evidence)) return finish(state, outcomeOf(state));
  const left = leaving(state);
  if (left) return left;
  if (state.evidence.agent.deliveredAt !== null) return finish(state, 'recovered');
  const { auto_retry_mutations } = config.network_resilience;
  const { confirm_timeout_ms } = config.recovery;
  const { unattended } = state.evidence.agent;
  const commands =
    auto_retry_mutations || unattended || confirm_timeout_ms === 0 ? 0 : (state.down?.unknownCommands ?? 0);
  const launchAt = Math.max(
    state.down?.launchAt ?? state.evidence.now,
    commands > 0 ? state.evidence.now + confirm_timeout_ms : 0,
  );
  const down: GuardState = {
    ...state,
    name: 'down',
    since: state.evidence.now,
    down: state.down && { ...state.down, launchAt, unknownCommands: commands },
  };
  const told = adding(
    stay(distrusting(down, state.evidence.now)),
    { type: 'notice', notice: { kind: 'stopped', cause: state.down?.cause ?? 'unknown' } },
    ...(commands > 0
      ? [{ type: 'notice', notice: { kind: 'confirm', commands, inMs: confirm_timeout_ms } } as const]
      : []),
  );
  return andThen(told, (next) => probeWhenDue(next, config));
}

/** No agent runs yet, and none is to run any more. */
export const leaveAsTold = (state: GuardState, event: Event): Step =>
  event.type === 'guard.signalled' ? goAsTold(state, event.signal) : stay(state);

/**
 * Keys while no agent runs, or while one is being launched: Ctrl+C means give up, Enter means go ahead without waiting.
 */
export function answerWhileDown(state: GuardState, event: Event, config: Config): Step {
  if (event.type !== 'input' || !state.down) return stay(state);
  if (isWayOut(event)) return choseToLeave(state);
  const awaitsWord = state.name === 'down' && state.down.unknownCommands > 0;
  if (event.kind !== 'enter' || !awaitsWord) return stay(state);
  return launch({ ...state, down: { ...state.down, launchAt: state.evidence.now } }, config);
}

/** Starts the agent again once the network is stable and the backoff is over. */
function launch(state: GuardState, config: Config): Step {
  const { down, evidence } = state;
  if (!down || !stable(state, config) || evidence.now < down.launchAt) return stay(state);
  const attempt = recentRelaunches(state, config).length + 1;
  const of = config.recovery.restart_limit;
  const relaunching: GuardState = {
    ...spend('relaunch', state),
    name: 'launching',
    since: evidence.now,
    relaunches: [...recentRelaunches(state, config), evidence.now],
  };
  return adding(
    act(relaunching, 'relaunch', `relaunch ${attempt} of at most ${of} in the window`),
    { type: 'notice', notice: { kind: 'resuming', attempt, of } },
    { type: 'launch', generation: evidence.agent.generation + 1, resume: true, prompt: down.prompt },
  );
}

export const launchUnlessPaused = (state: GuardState, config: Config): Step =>
  state.paused ? stay(state) : launch(state, config);

export function agentStarted(state: GuardState, event: Event): Step {
  if (event.type !== 'agent.started') return stay(state);
  const { incident, evidence } = state;
  const watching: GuardState = {
    ...state,
    name: 'watching',
    since: evidence.now,
    down: null,
    probing: null,
    menu: 'unseen',
    cure: null,
  };
  return stay(incident ? withCure(watching, 'relaunch', incident.class, proofMs.relaunch) : watching);
}

export function launchFailed(state: GuardState, event: Event): Step {
  return event.type === 'launch.failed' ? giveUp(state, event.detail) : stay(state);
}
