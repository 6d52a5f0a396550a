/**
 * From a stopped agent to the next one: the snapshot is safe, the tree is gone, the network is stable, the person has
 * had a chance to say no; then the launch.
 */
import type { Config } from '../config/schema.ts';
import type { Event } from '../events.ts';
import { giveUp } from './asking.ts';
import type { Step } from './incident.ts';
import { andThen, stay } from './incident.ts';
import { launch, probeWhenDue } from './network.ts';
import { proofMs } from './proof.ts';
import type { GuardState } from './state.ts';

/** Nothing is killed while memory is the only copy; of an agent that is dead already the stop goes on. */
export function saved(state: GuardState, event: Event): Step {
  if (event.type !== 'saved') return stay(state);
  if (!event.ok && !event.goesOn) {
    const detail = `the recovery snapshot could not be written: ${event.detail ?? 'unknown reason'}`;
    return giveUp({ ...state, down: null }, detail); // nothing was stopped
  }
  return stay({
    ...state,
    down: state.down && { ...state.down, unknownCommands: event.unknownCommands ?? 0 },
  });
}

export function stopDone(state: GuardState, event: Event, config: Config): Step {
  if (event.type !== 'stop.done' || event.generation !== state.evidence.agent.generation) return stay(state);
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
    probing: { nextAt: state.evidence.now, failures: 0 },
  };
  const told: Step = {
    state: { ...down, evidence: { ...down.evidence, goodProbes: 0 } },
    effects: [
      { type: 'notice', notice: { kind: 'stopped', cause: state.down?.cause ?? 'unknown' } },
      ...(commands > 0
        ? [{ type: 'notice', notice: { kind: 'confirm', commands, inMs: confirm_timeout_ms } } as const]
        : []),
    ],
  };
  return andThen(told, (next) => probeWhenDue(next, config));
}

/** While no agent runs, or one is on its way, Ctrl+C means: leave it; Enter: do not wait for my word any longer. */
export function answerWhileDown(state: GuardState, event: Event, config: Config): Step {
  if (event.type !== 'input' || !state.down) return stay(state);
  if (event.kind === 'interrupt' || event.kind === 'exit')
    return giveUp(state, 'you chose not to wait', 'user');
  const awaitsWord = state.name === 'down' && state.down.unknownCommands > 0;
  if (event.kind !== 'enter' || !awaitsWord) return stay(state);
  return launch({ ...state, down: { ...state.down, launchAt: state.evidence.now } }, config);
}

export function agentStarted(state: GuardState, event: Event): Step {
  if (event.type !== 'agent.started') return stay(state);
  const { incident } = state;
  return stay({
    ...state,
    name: 'watching',
    since: state.evidence.now,
    down: null,
    probing: null,
    menu: 'unseen',
    cure: incident && {
      rung: 'relaunch',
      class: incident.class,
      at: state.evidence.now,
      stage: 'verify',
      deadline: state.evidence.now + proofMs.relaunch,
      yielded: 0,
    },
  });
}
