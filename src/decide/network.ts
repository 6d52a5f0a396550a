/**
 * Waiting for a stable network: several good probes in a row, with backoff while they fail. Used before a nudge and
 * before every relaunch.
 */
import type { Config } from '../config/schema.ts';
import type { Event, Millis } from '../events.ts';
import { backoff } from './backoff.ts';
import { type Step, stay } from './incident.ts';
import type { GuardState } from './state.ts';

/** Pause after a good probe. */
const probeGapMs = 250;

export function stable(state: GuardState, config: Config): boolean {
  return state.evidence.goodProbes >= config.network_resilience.stable_probes;
}

/** From now on, the network has to prove itself again. */
export const distrusting = (state: GuardState, nextAt: Millis): GuardState => ({
  ...state,
  probing: { nextAt, failures: 0 },
  evidence: { ...state.evidence, goodProbes: 0 },
});

/** Asks for a probe if one is wanted and due. */
export function probeWhenDue(state: GuardState, config: Config): Step {
  const { probing, evidence } = state;
  if (!probing || stable(state, config) || evidence.now < probing.nextAt) return stay(state);
  // The next one is due after this one's answer or, if that gets lost, in a minute.
  return {
    state: { ...state, probing: { ...probing, nextAt: evidence.now + 60_000 } },
    effects: [{ type: 'probe' }],
  };
}

/** A probe has a result: plans the next one, tells the person if the network is down, goes on if it is stable. */
export function onProbe(
  state: GuardState,
  event: Event,
  config: Config,
  next: (state: GuardState, config: Config) => Step,
): Step {
  const { probing } = state;
  if (!probing || event.type !== 'network.probed') return next(state, config);
  const failures = event.reachable ? 0 : probing.failures + 1;
  const pause = event.reachable ? probeGapMs : backoff(failures, pace(config), 0.5);
  const planned = { ...state, probing: { failures, nextAt: state.evidence.now + pause } };
  if (event.reachable || state.name !== 'down') return next(planned, config);
  const notice = { kind: 'offline', attempt: failures, nextInMs: pause } as const;
  return { state: planned, effects: [{ type: 'notice', notice }] };
}

export function pace(config: Config) {
  const { backoff_initial_ms, backoff_max_ms } = config.network_resilience;
  return { initialMs: backoff_initial_ms, maxMs: backoff_max_ms };
}
