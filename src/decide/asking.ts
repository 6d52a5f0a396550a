/** The end of the ladder: a person must decide. */
import type { Event } from '../events.ts';
import { withCure } from './cure.ts';
import { act, adding, andThen, causeOf, close, finishing, type Step, stay, telling } from './incident.ts';
import type { GuardState } from './state.ts';

/**
 * The guard is out of cures. With a living agent: leave it alone, tell the person, and watch. Without one: say how to
 * go on by hand, and end with the agent's own exit code.
 * @param cause the class of what the person is asked about
 */
export function giveUp(state: GuardState, detail: string, cause = causeOf(state)): Step {
  const { evidence: e } = state;
  const alive = e.agent.exit === null && state.name !== 'down' && state.name !== 'launching';
  if (!alive) return abandon(state, detail);
  return andThen(act(state, 'ask', detail), (next) => {
    const asked: GuardState = { ...next, name: 'asking', since: e.now, asked: next.asked + 1, down: null };
    const asking = stay(withCure(asked, 'ask', cause, null));
    const { incident } = next;
    return incident ? adding(asking, telling('blocked', incident, cause)) : asking;
  });
}

export const choseToLeave = (state: GuardState): Step => abandon(state, 'you chose not to wait', 'user');

/** The end: says how to go on by hand, and exits with the agent's own code if it has ended. */
export function abandon(state: GuardState, detail: string, outcome: 'gave_up' | 'user' = 'gave_up'): Step {
  const { exit } = state.evidence.agent;
  const told = sayingHow(state, detail, outcome);
  return finishing(told, exit?.code || 1, exit?.signal ?? null); // 1 even if an idle agent exited with 0
}

/** No agent is started once the guard was told to end by a signal: it ends as if that had ended it. */
export function goAsTold(state: GuardState, signal: string): Step {
  return finishing(sayingHow(state, `the guard was told to end (${signal})`, 'user'), null, signal);
}

function sayingHow(state: GuardState, detail: string, outcome: 'gave_up' | 'user'): Step {
  const cause = causeOf(state);
  return adding(
    andThen(act(state, 'ask', detail), (next) => close(next, outcome)),
    { type: 'notice', notice: { kind: 'gave-up', cause, detail } },
  );
}

/** While no agent has the terminal, Esc means the same as Ctrl+C and Ctrl+D: there is nothing else to stop. */
export const isWayOut = (event: Event): boolean =>
  event.type === 'input' && (event.kind === 'interrupt' || event.kind === 'escape' || event.kind === 'exit');

/** An agent that does not end is left behind: the guard ends. */
export function leaveBehind(state: GuardState, event: Event): Step {
  if (!isWayOut(event)) return stay(state);
  return finishing(close(state, 'user'), 1, null);
}
