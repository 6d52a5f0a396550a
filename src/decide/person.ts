/** What the person asks for: by a command to the guard, or by a key while the guard asks. */
import type { Config } from '../config/schema.ts';
import type { Event } from '../events.ts';
import { act, andThen, close, open, type Step, stay } from './incident.ts';
import { askedFor, whyNoNudge, whyNoRelaunch } from './ladder.ts';
import { beginNudge } from './nudging.ts';
import { beginRelaunch } from './relaunching.ts';
import type { GuardState } from './state.ts';
import { watch } from './watch.ts';

/** The person deals with it: the guard stands down until something new happens. */
export function personActs(state: GuardState, event: Event, config: Config): Step {
  if (event.type !== 'input' || event.kind === 'report') return watch(state, config);
  return close({ ...state, name: 'watching', since: state.evidence.now }, 'user');
}

/** A relaunch under way can only be paused. There is no agent to nudge, and another one is on its way anyway. */
export function pausedOrNot(state: GuardState, event: Event): GuardState {
  if (state.name === 'watching' || state.name === 'asking' || event.type !== 'command') return state;
  return event.command === 'pause' || event.command === 'continue'
    ? { ...state, paused: event.command === 'pause' }
    : state;
}

export function onCommand(state: GuardState, event: Event, config: Config): Step {
  if (event.type !== 'command') return stay(state);
  switch (event.command) {
    case 'pause':
      return andThen(close(state, 'user'), (closed) => stay({ ...closed, paused: true, name: 'watching' }));
    case 'continue':
      return stay({ ...state, paused: false, name: 'watching' });
    case 'nudge':
      return onRequest(state, event.command, whyNoNudge(state), config, beginNudge);
    case 'relaunch':
      return onRequest(state, event.command, whyNoRelaunch(state), config, beginRelaunch);
  }
}

/**
 * A person may go beyond the budgets. What cannot be done is refused, with the reason on record, and nothing stronger
 * is done instead; an incident that is under way goes on.
 */
function onRequest(
  state: GuardState,
  command: 'nudge' | 'relaunch',
  obstacle: string | null,
  config: Config,
  begin: (state: GuardState, cause: string, config: Config) => Step,
): Step {
  const cause = askedFor(command);
  const because = ['asked for by the person'];
  const asked = open(state, { class: cause, since: state.evidence.now, because });
  if (obstacle === null) return begin(asked, cause, config);
  const told = act(asked, 'ask', obstacle);
  return state.incident ? told : andThen(told, (next) => close(next, 'user'));
}
