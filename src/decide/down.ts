/**
 * From a stopped agent to the next one. The next agent is launched when the network is stable and the person has had a
 * chance to say no.
 */
import type { Config } from '../config/schema.ts';
import type { Event } from '../events.ts';
import { giveUp } from './asking.ts';
import { withCure } from './cure.ts';
import { type Step, stay } from './incident.ts';
import { launch } from './network.ts';
import { proofMs } from './proof.ts';
import type { GuardState } from './state.ts';

/**
 * Keys while no agent runs, or while one is being launched: Ctrl+C means leave it, Enter means do not wait for my word.
 */
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

export const launchUnlessPaused = (state: GuardState, config: Config): Step =>
  state.paused ? stay(state) : launch(state, config);
