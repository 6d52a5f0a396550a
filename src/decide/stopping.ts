/** The agent is being stopped: first its snapshot is saved, then its process tree is ended. */
import type { Config } from '../config/schema.ts';
import type { Event } from '../events.ts';
import { abandon, giveUp } from './asking.ts';
import { finish } from './ended.ts';
import { adding, andThen, type Step, stay } from './incident.ts';
import { distrusting, probeWhenDue } from './network.ts';
import type { GuardState } from './state.ts';

/** SIGTERM, SIGKILL and the snapshot take seconds; this is far longer. */
const maxStopMs = 120_000;

/** Nothing is killed while memory holds the only copy. The stop goes on if the agent is already dead. */
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

export function stopRefused(state: GuardState, event: Event): Step {
  return event.type === 'stop.refused' ? giveUp(state, event.detail) : stay(state);
}

export function stopDone(state: GuardState, event: Event, config: Config): Step {
  if (event.type !== 'stop.done' || event.generation !== state.evidence.agent.generation) return stay(state);
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

/**
 * A process that hangs in the kernel (a dead network drive) does not react even to SIGKILL; the person must be told.
 */
export function unstoppable(state: GuardState): Step {
  const { agent, now } = state.evidence;
  if (agent.exit !== null || now - state.since < maxStopMs) return stay(state);
  const stuck = 'the agent does not end, not even by SIGKILL';
  // In pipes nobody can press a key, and a script must not wait for ever.
  if (agent.unattended) return abandon(state, `${stuck}; it is left behind`);
  const detail = `${stuck}; Ctrl+C leaves it behind`;
  const asking = giveUp(state, detail);
  const cause = asking.state.incident?.class ?? 'unknown';
  return adding(asking, { type: 'notice', notice: { kind: 'gave-up', cause, detail } });
}
